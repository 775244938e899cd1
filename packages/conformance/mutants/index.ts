/** Every mutant. */
import { ACCOUNT_MUTANTS } from "./account";
import { CONNECT_MUTANTS } from "./connect";
import { EVENT_MUTANTS } from "./events";
import { LICENSE_MUTANTS } from "./license";
import type { Mutant } from "./mutant";
import { PLAYBACK_MUTANTS } from "./playback";

/** Breaks that the suite must find, each for the requirement that it names. */
export const MUTANTS: readonly Mutant[] = [
  ...PLAYBACK_MUTANTS,
  ...LICENSE_MUTANTS,
  ...ACCOUNT_MUTANTS,
  ...EVENT_MUTANTS,
  ...CONNECT_MUTANTS,
];
