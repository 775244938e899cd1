import { bytesHex } from "@segue/core";

/** A fresh id for a stream of events: 16 random bytes in hex. */
export const newStreamId = (): string => bytesHex(crypto.getRandomValues(new Uint8Array(16)));
