/** Areas that this version does not have: each goes when its module brings the capability itself. */
import type { Capability } from "../capability";

const missing = () => "Not part of this version.";

/** In the order in which they are said. */
export const ABSENT: readonly Capability[] = ["search", "recommendations"].map((name) => ({ name, missing }));
