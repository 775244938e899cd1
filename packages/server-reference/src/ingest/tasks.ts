import { type Codec, TIERS, type Tier } from "@segue/core";
import { FEATURES_VERSION } from "../production/measure/features";
import type { Wants } from "./ingest-file";
import type { MediaRecords } from "./media-records";
import type { PlannedTrack } from "./plan";
import type { Candidate } from "./scan";
import type { Findings } from "./settle";

/** Audio that is to be made of a file. */
export interface Task {
  readonly file: Candidate;
  readonly track: PlannedTrack;
  readonly kind: "ingested" | "replaced" | "updated";
  readonly wants: Wants;
}

/** What is left to be made, and of how many files there is all already. */
export async function tasksOf(
  media: MediaRecords,
  { files, identities, plan }: Findings,
  canMakeAac: boolean,
): Promise<{ readonly tasks: readonly Task[]; readonly unchanged: number }> {
  const tasks: Task[] = [];
  let unchanged = 0;
  for (const file of files) {
    const kind = identities.get(file.path)?.kind;
    if (!kind || kind === "duplicate") continue;
    const track = plan.get(file.path)!;
    if (kind === "new" || kind === "replaced") {
      const wants = { ...TIERS, measures: true };
      tasks.push({ file, track, kind: kind === "new" ? "ingested" : "replaced", wants });
      continue;
    }
    const wants = await lacking(media, track.id, canMakeAac);
    if (wants) tasks.push({ file, track, kind: "updated", wants });
    else if (kind === "kept") unchanged++;
  }
  return { tasks, unchanged };
}

/** What an earlier run could not make, or made with older estimators; null when nothing is. */
async function lacking(media: MediaRecords, trackId: string, canMakeAac: boolean): Promise<Wants | null> {
  const { renditions, featuresVersion } = await media.made(trackId);
  const lacks = (codec: Codec) => (tier: Tier) =>
    !renditions.some((made) => made.codec === codec && made.tier === tier);
  const aac = canMakeAac ? TIERS.aac.filter(lacks("aac")) : [];
  const vorbis = TIERS.vorbis.filter(lacks("vorbis"));
  const measures = featuresVersion !== String(FEATURES_VERSION);
  return measures || aac.length > 0 || vorbis.length > 0 ? { vorbis, aac, measures } : null;
}
