import type { Interactions } from "./interactions";

/** How many users want each item: the number of its positive entries. The plainest baseline. */
export function popularity({ byItem }: Interactions): Float64Array {
  const counts = new Float64Array(byItem.offsets.length - 1);
  for (let item = 0; item < counts.length; item++)
    for (let entry = byItem.offsets[item]!; entry < byItem.offsets[item + 1]!; entry++)
      if (byItem.weights[entry]! > 0) counts[item]!++;
  return counts;
}
