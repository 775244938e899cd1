import { realNumber, refuse } from "../refuse";

/** A week of ISO 8601, Monday to Sunday in UTC: `2026-W48`. */
export type IsoWeek = `${number}-W${string}`;

const DAY_MS = 86_400_000;
const PATTERN = /^(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])$/;

/** The week of a moment. Throws `invalid_argument` outside the years 1970 to 9999. */
export function isoWeekOf(atMs: number): IsoWeek {
  realNumber("A moment", atMs, 0, 253_402_300_799_999);
  const day = Math.floor(atMs / DAY_MS);
  // 1970-01-01 was a Thursday, and a week belongs to the year of its Thursday.
  const thursday = day - ((day + 3) % 7) + 3;
  const year = yearOf(thursday);
  const week = 1 + Math.floor((thursday - firstDay(year)) / 7);
  return `${year}-W${String(week).padStart(2, "0")}` as IsoWeek;
}

/** The week that begins with the next Monday: the one for which a batch on a Saturday works. */
export const nextIsoWeek = (atMs: number): IsoWeek => isoWeekOf(atMs + 7 * DAY_MS);

/** When `week` begins: Monday, 00:00 UTC. Throws `invalid_argument` for what is no week. */
export function startOfIsoWeek(week: string): number {
  const match = PATTERN.exec(week);
  if (!match) refuse(`${week} is no ISO week such as 2026-W48.`);
  const year = Number(match[1]);
  // January 4 is always in week 1.
  const fourth = firstDay(year) + 3;
  const startMs = (fourth - ((fourth + 3) % 7) + (Number(match[2]) - 1) * 7) * DAY_MS;
  if (startMs < 0 || isoWeekOf(startMs) !== week) refuse(`There is no week ${week}.`);
  return startMs;
}

/** Days from 1970-01-01 to January 1 of `year`, in the Gregorian calendar. */
function firstDay(year: number): number {
  const y = year - 1;
  return (
    365 * (year - 1970) + (Math.floor(y / 4) - 492) - (Math.floor(y / 100) - 19) + (Math.floor(y / 400) - 4)
  );
}

function yearOf(day: number): number {
  let year = 1970 + Math.floor(day / 365.2425);
  while (firstDay(year) > day) year--;
  while (firstDay(year + 1) <= day) year++;
  return year;
}
