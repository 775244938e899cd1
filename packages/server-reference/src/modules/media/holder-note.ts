/** What a sandbox writes into a media URL, so that a fault can be set for the downloads of one listener or device. */

/** The note for a listener, and for a device of theirs. */
export function holderNote(userId: string, deviceId?: string): string {
  return deviceId === undefined ? userId : `${userId}.${deviceId}`;
}

/** Whom `note` names; nobody when there is none. */
export function readHolderNote(note: unknown): {
  readonly userId: string | null;
  readonly deviceId: string | null;
} {
  const [userId = null, deviceId = null] = typeof note === "string" ? note.split(".") : [];
  return { userId, deviceId };
}
