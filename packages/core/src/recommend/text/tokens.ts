import { foldName } from "./fold";

/** Tokens of one name that are used; the rest is ignored. */
export const MAX_TOKENS = 48;

/** A piece of a name. */
export interface NameToken {
  readonly kind: "word" | "emoji";
  /** Folded. Emoji stand without skin tones. */
  readonly text: string;
}

const TONE = "[\\u{1f3fb}-\\u{1f3ff}]?";
const PICTURE = `\\p{Extended_Pictographic}${TONE}`;
const PIECES = new RegExp(
  [
    `(\\p{RI}\\p{RI}|[0-9#*]\\u20e3|${PICTURE}(?:[\\u{e0020}-\\u{e007f}]+|(?:\\u200d${PICTURE})+)?)`,
    "([\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]*)",
  ].join("|"),
  "gu",
);
const TONES = /[\u{1f3fb}-\u{1f3ff}]/gu;

/**
 * The words and emoji of a name, in order, at most `MAX_TOKENS`. A joined emoji is followed by its parts, so that a
 * family resembles the people in it. A name of nothing but punctuation has none.
 */
export function nameTokens(name: string): readonly NameToken[] {
  const tokens: NameToken[] = [];
  for (const [, emoji, word] of foldName(name).matchAll(PIECES)) {
    if (word) tokens.push({ kind: "word", text: word });
    else for (const text of emojiTexts(emoji!)) tokens.push({ kind: "emoji", text });
    if (tokens.length >= MAX_TOKENS) return tokens.slice(0, MAX_TOKENS);
  }
  return tokens;
}

function emojiTexts(sequence: string): readonly string[] {
  const bare = sequence.replace(TONES, "");
  const parts = bare.split("\u200d");
  return parts.length > 1 ? [bare, ...parts] : [bare];
}
