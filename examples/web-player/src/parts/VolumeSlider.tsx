import { useEffect, useRef } from "react";

/** A volume from 0 to 1, as a slider of percents. */
export function VolumeSlider({
  volume,
  label,
  onVolume,
}: {
  readonly volume: number;
  readonly label: string;
  readonly onVolume: (volume: number) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.style.setProperty("--played", String(volume));
    input.current?.style.setProperty("--buffered", "0");
  }, [volume]);
  const percent = Math.round(volume * 100);
  return (
    <input
      ref={input}
      className="slider volume"
      type="range"
      min={0}
      max={100}
      step={2}
      value={percent}
      aria-label={label}
      aria-valuetext={`${percent} percent`}
      onChange={(event) => onVolume(Number(event.target.value) / 100)}
    />
  );
}
