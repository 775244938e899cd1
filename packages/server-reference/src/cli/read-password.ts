import { randomBytes } from "node:crypto";
import { CommandError } from "./command";

const MIN_CHARS = 8;
const MAX_CHARS = 1024;

/** Bytes or text, as a program's input gives them. */
export type Input = AsyncIterable<string | Uint8Array>;

/** A password of 120 random bits, in 20 characters. */
export function generatePassword(): string {
  return randomBytes(15).toString("base64url");
}

/**
 * The first line of `input`.
 * @throws CommandError when it makes no password
 */
export async function readPassword(input: Input): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of input) {
    text += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    if (text.includes("\n") || text.length > MAX_CHARS) break;
  }
  const password = text.split(/\r?\n/, 1)[0]!;
  if (password.length < MIN_CHARS || password.length > MAX_CHARS)
    throw new CommandError(
      `A password has ${MIN_CHARS} to ${MAX_CHARS} characters; standard input gave ${Math.min(password.length, MAX_CHARS + 1)}.`,
    );
  return password;
}
