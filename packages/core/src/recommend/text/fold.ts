/** Code units of a name that are looked at; what follows is ignored. Titles are shorter, attacks are not. */
export const MAX_NAME_UNITS = 400;
/** Code units that remain after folding; a single character may unfold into eighteen. */
const MAX_FOLDED_UNITS = 2 * MAX_NAME_UNITS;

/** What people leave out when they type. Marks that other scripts spell with, such as those of kana and Hindi, are kept. */
const OPTIONAL_MARKS = new RegExp(
  [
    "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20df\\u20e1\\u20e5-\\u20f0\\ufe20-\\ufe2f]", // accents
    "[\\u0483-\\u0487]", // Old Cyrillic
    "[\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7]", // Hebrew points
    "[\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670]", // Arabic vowels and stretching
    "[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]", // variation selectors
  ].join("|"),
  "gu",
);
const APOSTROPHES = /(?<=\p{L})['\u2018\u2019\u02bc\u00b4`](?=\p{L})/gu;
/** Invisible: joiners, direction marks, soft hyphens. The zero-width joiner and emoji tags hold emoji together and are kept. */
const INVISIBLE = /(?![\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu;
const UNUSABLE = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}]/gu;

/**
 * A name as it is compared: compatibility forms, case, accents, apostrophes within words and invisible characters are
 * folded away, unpaired surrogates and controls become spaces, everything after `MAX_NAME_UNITS` is dropped. Folding
 * again changes nothing. Characters newer than the host's Unicode tables count as unusable.
 */
export function foldName(name: string): string {
  const folded = cut(cut(name, MAX_NAME_UNITS).normalize("NFKD"), MAX_FOLDED_UNITS)
    .replace(UNUSABLE, " ")
    .replace(INVISIBLE, "")
    // Upper case spells out ß, but only the small one, and some letters have no way up but through the small form.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFKD")
    .replace(OPTIONAL_MARKS, "")
    .normalize("NFC")
    .replace(APOSTROPHES, "");
  return cut(folded, MAX_FOLDED_UNITS).replace(/\s+/gu, " ").trim();
}

/** The first `units` code units of `text`, one less where that would split a character. */
function cut(text: string, units: number): string {
  if (text.length <= units) return text;
  const last = text.charCodeAt(units - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units);
}
