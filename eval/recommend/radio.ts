import { DatasetError } from "./datasets";
export async function evaluateRadio(path: string, seed: number): Promise<void> {
  throw new DatasetError(`${path} ${seed}`);
}
