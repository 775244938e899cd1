/** The first bytes of a media object, present or on their way. Several readers may follow them. */
export interface Head {
  /** Calls `onChunk` with each chunk in order, those already here at once. Resolves when no more will come. */
  follow(onChunk: (chunk: Uint8Array) => void): Promise<void>;
}

/** A head that whoever fetches it fills. */
export class ArrivingHead implements Head {
  /** Resolves when the last chunk was pushed. */
  ended: Promise<void> = Promise.resolve();
  readonly #chunks: Uint8Array[] = [];
  readonly #followers: ((chunk: Uint8Array) => void)[] = [];

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    for (const onChunk of this.#followers) onChunk(chunk);
  }

  follow(onChunk: (chunk: Uint8Array) => void): Promise<void> {
    for (const chunk of this.#chunks) onChunk(chunk);
    this.#followers.push(onChunk);
    return this.ended;
  }
}
