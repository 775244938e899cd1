import type { EngineStats, InspectorSnapshot } from "@segue/client-sdk";
import { byteSize } from "../lib/format";

/** A filled line with, if given, the place that it has to reach. Its numbers stand beside it in words. */
export function Bar({ value, mark }: { value: number; mark?: number }) {
  const width = Math.min(1, Math.max(0, value)) * 100;
  return (
    <svg className="chart chart-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect className="chart-back" width="100" height="6" />
      <rect className="chart-fill" width={width} height="6" />
      {mark !== undefined && <rect className="chart-mark" x={mark * 100 - 0.3} width="0.6" height="6" />}
    </svg>
  );
}

/** Steps of a start on one scale of time. */
export function StepChart({ start }: { start: NonNullable<InspectorSnapshot["lastStart"]> }) {
  const total = Math.max(1, start.totalMs);
  const steps = Object.entries(start.steps).sort((a, b) => a[1] - b[1]);
  return (
    <>
      <p className="figure">
        <strong>{Math.round(start.totalMs)}</strong> ms
      </p>
      <ol className="steps">
        {steps.map(([name, ms]) => (
          <li key={name}>
            <span>{name.replaceAll("_", " ")}</span>
            <Bar value={ms / total} />
            <span className="steps-ms">{Math.round(ms)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** One line per track; each block is a range that was fetched. */
export function RangeMap({ ranges }: { ranges: EngineStats["ranges"] }) {
  const tracks = [...new Set(ranges.map((range) => range.uid))].slice(-4);
  return (
    <ul className="range-map">
      {tracks.map((uid) => {
        const own = ranges.filter((range) => range.uid === uid);
        const end = Math.max(1, ...own.map((range) => range.end));
        return (
          <li key={uid}>
            <svg
              className="chart chart-ranges"
              viewBox="0 0 100 10"
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <rect className="chart-back" width="100" height="10" />
              {own.map((range) => (
                <rect
                  key={`${range.start}-${range.end}`}
                  className="chart-fill"
                  x={(range.start / end) * 100 + 0.2}
                  width={Math.max(0.6, ((range.end - range.start) / end) * 100 - 0.4)}
                  height="10"
                />
              ))}
            </svg>
            <span>
              {own.length} {own.length === 1 ? "range" : "ranges"} to {byteSize(end)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
