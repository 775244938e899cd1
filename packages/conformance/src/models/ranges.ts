/** What a media answer has to be, after docs/spec/playback.md#ranges and RFC 9110 §14. */

/** The outcome that the specification asks for; `any` where it leaves the choice. */
export type RangeOutcome =
  | { readonly kind: "part"; readonly start: number; readonly end: number; readonly cut: boolean }
  | { readonly kind: "whole" }
  | { readonly kind: "unsatisfiable" }
  | { readonly kind: "open" };

/** What `bytes=…` of an object of `length` bytes asks for. */
export function rangeOutcome(header: string, length: number): RangeOutcome {
  const single = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!single || (single[1] === "" && single[2] === "")) return { kind: "open" };
  const [, first, last] = single as unknown as [string, string, string];
  if (first === "") {
    const suffix = Number(last);
    if (suffix === 0) return { kind: "unsatisfiable" };
    return { kind: "part", start: Math.max(0, length - suffix), end: length - 1, cut: suffix > length };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return { kind: "open" };
  if (start >= length) return { kind: "unsatisfiable" };
  const wanted = last === "" ? length - 1 : Number(last);
  return { kind: "part", start, end: Math.min(wanted, length - 1), cut: wanted >= length };
}
