import type { Factors } from "./factors";
import type { IalsOptions } from "./ials-options";
import type { SparseRows } from "./interactions";
import { gramMatrix, rowEquation, solveRowCg, solveRowExact } from "./least-squares";

/** One side of the factorization: its entries, its factors, and how strongly each row is pulled to zero. */
export interface Side {
  readonly entries: SparseRows;
  readonly factors: Factors;
  readonly penalties: Float32Array;
}

/** What training asks for. An engine keeps the factors of both sides; `sides` shows them. */
export interface IalsEngine {
  readonly users: Side;
  readonly items: Side;
  /** Solves every row of one side while the other side stands still. */
  halfStep(side: "users" | "items", options: IalsOptions): Promise<void>;
  close(): Promise<void>;
}

/** Training in plain TypeScript: the reference, and what runs where WebAssembly does not. */
export function plainEngine(users: Side, items: Side): IalsEngine {
  return {
    users,
    items,
    async halfStep(side, options) {
      const [own, other] = side === "users" ? [users, items] : [items, users];
      const gram = gramMatrix(other.factors, options.unseenWeight);
      const { rows, stride, dimensions, values } = own.factors;
      for (let row = 0; row < rows; row++) {
        const at = values.subarray(row * stride, row * stride + dimensions);
        const equation = rowEquation(own.entries, row, own.penalties[row]!, gram, other.factors);
        at.set(
          options.solver === "exact" ? solveRowExact(equation) : solveRowCg(equation, at, options.cgSteps),
        );
      }
    },
    async close() {},
  };
}
