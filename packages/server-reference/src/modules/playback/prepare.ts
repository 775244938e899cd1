/** Who prepares the audio of tracks that are asked for before it is ready. */
import type { Milliseconds, TrackId } from "@segue/core";

/** Puts a track at the front of what is being prepared. Returns when to ask again. */
export type PrepareTrack = (trackId: TrackId) => Milliseconds;

/** How soon a client asks again when nobody says more precisely. */
const ASK_AGAIN_MS: Milliseconds = 3000;

/**
 * Where a server that runs already learns who prepares tracks. `ask` goes to the server, `answerWith` is for whoever comes
 * later; until then every track is awaited, and nobody is told.
 */
export class PrepareDesk {
  #worker: PrepareTrack = () => ASK_AGAIN_MS;

  readonly ask: PrepareTrack = (trackId) => this.#worker(trackId);

  /** Lets `worker` answer from now on. */
  answerWith(worker: PrepareTrack): void {
    this.#worker = worker;
  }
}
