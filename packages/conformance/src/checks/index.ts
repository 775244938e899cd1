/** Every check. */
import type { Check } from "../runner/check";
import { authorization, deviceGrant, refreshTokens } from "./auth/authorization-server";
import { accessTokens, tokenExpiry } from "./auth/tokens";
import { access, heads, pages, refusals, trackLists } from "./catalog/catalog";
import { facts } from "./connect/facts";
import { commands, session, speakers } from "./connect/session";
import { transport } from "./connect/transport";
import { countRule, dedupeWindow, eventBatches } from "./events/counting";
import { ingest } from "./events/ingest";
import { challengeExpiry, deviceLimit, deviceRegistration } from "./license/devices";
import { validities, validityRenewal } from "./license/validity";
import { renditionChoice } from "./playback/choice";
import { encodings } from "./playback/encodings";
import { grantAnswers } from "./playback/grants";
import { mediaObjects } from "./playback/media-objects";
import { headUrls, tamperedUrls, urlExpiry } from "./playback/media-urls";
import { mediaRanges } from "./playback/ranges";
import { refusedGrantRequests } from "./playback/refused-requests";

import { clock, sandbox } from "./sandbox/sandbox";

/** Checks in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  access,
  trackLists,
  pages,
  heads,
  refusals,
  accessTokens,
  authorization,
  deviceGrant,
  refreshTokens,
  tokenExpiry,
  grantAnswers,
  renditionChoice,
  mediaObjects,
  mediaRanges,
  tamperedUrls,
  headUrls,
  refusedGrantRequests,
  encodings,
  urlExpiry,
  deviceRegistration,
  deviceLimit,
  challengeExpiry,
  validities,
  validityRenewal,
  ingest,
  countRule,
  eventBatches,
  dedupeWindow,
  commands,
  session,
  speakers,
  facts,
  transport,
  sandbox,
  clock,
];
