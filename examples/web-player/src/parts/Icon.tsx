const PATHS = {
  play: "M7 4.6v14.8c0 .8.9 1.3 1.6.9l11.6-7.4c.6-.4.6-1.4 0-1.8L8.6 3.7C7.9 3.3 7 3.8 7 4.6Z",
  pause: "M7 4h3.4v16H7zM13.6 4H17v16h-3.4z",
  next: "M5 5.3v13.4c0 .7.8 1.1 1.4.7L16 13v6h2.6V5H16v6L6.4 4.6C5.800 4.200 5 4.600 5 5.300Z",
  previous:
    "M19 5.300v13.400c0 .7-.8 1.100-1.400.7L8 13v6H5.400V5H8v6l9.600-6.400c.600-.400 1.400 0 1.400.700Z",
} as const;
const STROKES = {
  shuffle:
    "M3 7h3.500c2 0 3.300 1 4.300 2.500l2.400 5c1 1.500 2.300 2.500 4.300 2.500H21M3 17h3.500c2 0 3.300-1 4.300-2.500M13.200 9.500C14.200 8 15.500 7 17.500 7H21M18 4l3 3-3 3M18 14l3 3-3 3",
  repeat:
    "M4 11V9.500A3.500 3.500 0 0 1 7.500 6H20M17 3l3 3-3 3M20 13v1.500a3.500 3.500 0 0 1-3.500 3.500H4M7 21l-3-3 3-3",
  repeatOne:
    "M4 11V9.500A3.500 3.500 0 0 1 7.500 6H20M17 3l3 3-3 3M20 13v1.500a3.500 3.500 0 0 1-3.500 3.500H4M7 21l-3-3 3-3M10.800 10.500l1.700-1v5",
  volume:
    "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500H4ZM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  mute: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500H4ZM16 10l5 5M21 10l-5 5",
  queue: "M4 6h16M4 11h16M4 16h8M16 14v6l4.500-3z",
  inspector: "M3 12h4l3-7 4 14 3-7h4",
  devices: "M3 5.500h13v9H3zM7 18.500h5M19 9.500h2.500v10H16v-2",
  speaker: "M6.500 3.500h11v17h-11zM12 7.500h.01M12 17a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  add: "M4 7h11M4 12h7M4 17h7M17 11v8M13 15h8",
  playNext: "M4 6h11M4 18h11M4 12h6M14 9l4 3-4 3",
  drag: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  close: "M6 6l12 12M18 6 6 18",
  down: "M5 9l7 7 7-7",
  home: "M4 11.500 12 5l8 6.500V20h-5.500v-5h-5v5H4z",
  help: "M9 9.300a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.300M12 17.500h.01M12 21.500a9.500 9.500 0 1 0 0-19 9.500 9.500 0 0 0 0 19Z",
  person: "M12 12.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c1-3.500 4-5 7.500-5s6.500 1.500 7.500 5",
  sounding: "M5 10v4M9.500 6v12M14 8.500v7M18.500 5v14",
} as const;

export type IconName = keyof typeof PATHS | keyof typeof STROKES;

/** Decoration: the control around it carries the name. */
export function Icon({ name }: { name: IconName }) {
  const filled = name in PATHS;
  const d = filled ? PATHS[name as keyof typeof PATHS] : STROKES[name as keyof typeof STROKES];
  return (
    <svg
      className={filled ? "icon icon-fill" : "icon"}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={d} />
    </svg>
  );
}
