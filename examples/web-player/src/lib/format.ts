/** `3:07`, or `1:02:09` from an hour on. */
export function clockTime(ms: number): string {
  const total = Math.max(0, Math.floor((Number.isFinite(ms) ? ms : 0) / 1000));
  const s = String(total % 60).padStart(2, "0");
  const m = Math.floor(total / 60) % 60;
  const h = Math.floor(total / 3600);
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

const plural = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`;

/** `3 minutes 7 seconds`, for a screen reader. */
export function spokenTime(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const m = Math.floor(total / 60);
  const parts = [m > 0 ? plural(m, "minute") : "", plural(total % 60, "second")];
  return parts.filter(Boolean).join(" ");
}

/** `1 hr 4 min`, `38 min`, for a whole album. */
export function longTime(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const h = Math.floor(minutes / 60);
  return h > 0 ? `${h} hr ${minutes % 60} min` : `${minutes} min`;
}

export function trackCount(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "track" : "tracks"}`;
}

/** `812 B`, `14.2 kB`, `3.1 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `29 days`, `4 hours`, `6 minutes`; `none` when it is over. */
export function timeLeft(ms: number): string {
  if (ms <= 0) return "none";
  if (ms >= 86_400_000) return plural(Math.floor(ms / 86_400_000), "day");
  if (ms >= 3_600_000) return plural(Math.floor(ms / 3_600_000), "hour");
  return plural(Math.max(1, Math.floor(ms / 60_000)), "minute");
}
