import { sgnsKernel } from "../kernels/generated/sgns";
import { loadKernel } from "../kernels/load-kernel";
import { MemoryPlan } from "../kernels/memory-plan";
import type { WasmPort } from "../kernels/wasm-port";
import type { AliasTable } from "./alias-table";
import { CHUNK_BAGS, CHUNK_PLACES, ensureShape, type SgnsEngine, type SgnsShape, sigmoidTable } from "./sgns";

/**
 * The engine of the compiled kernel; its bits are those of `plainSgns`.
 * @throws SegueError `invalid_argument` for a shape that cannot be trained; `kernel_unavailable` when it does not fit
 *   into 4 GiB or the host cannot run the kernel.
 */
export async function kernelSgns(
  port: WasmPort,
  shape: SgnsShape,
  negatives: AliasTable,
): Promise<SgnsEngine> {
  const { inputRows, outputRows, dimensions } = ensureShape(shape);
  const plan = new MemoryPlan();
  const sigmoid = sigmoidTable();
  const at = {
    inputs: plan.reserve(inputRows * dimensions),
    outputs: plan.reserve(outputRows * dimensions),
    bagStarts: plan.reserve(CHUNK_BAGS + 1),
    features: plan.reserve(CHUNK_PLACES),
    targetStarts: plan.reserve(CHUNK_BAGS + 1),
    targets: plan.reserve(CHUNK_PLACES),
    thresholds: plan.reserve(outputRows),
    aliases: plan.reserve(outputRows),
    sigmoid: plan.reserve(sigmoid.length),
    scratch: plan.reserve(2 * dimensions),
  };
  const memory = plan.create(port, false);
  const kernel = await loadKernel(port, sgnsKernel, memory, false);
  const words = (offset: number, length: number) => new Uint32Array(memory.buffer, offset, length);
  words(at.thresholds, outputRows).set(negatives.thresholds);
  words(at.aliases, outputRows).set(negatives.aliases);
  new Float32Array(memory.buffer, at.sigmoid, sigmoid.length).set(sigmoid);
  return {
    shape,
    inputs: new Float32Array(memory.buffer, at.inputs, inputRows * dimensions),
    outputs: new Float32Array(memory.buffer, at.outputs, outputRows * dimensions),
    train({ bags, bagStarts, features, targetStarts, targets }, rate, seed) {
      words(at.bagStarts, bags + 1).set(bagStarts.subarray(0, bags + 1));
      words(at.targetStarts, bags + 1).set(targetStarts.subarray(0, bags + 1));
      words(at.features, bagStarts[bags]!).set(features.subarray(0, bagStarts[bags]!));
      words(at.targets, targetStarts[bags]!).set(targets.subarray(0, targetStarts[bags]!));
      kernel.train!(
        ...[at.inputs, at.outputs, outputRows, dimensions],
        ...[at.bagStarts, at.features, at.targetStarts, at.targets, bags],
        ...[at.thresholds, at.aliases, shape.negatives, at.sigmoid, rate, seed, at.scratch],
      );
    },
  };
}
