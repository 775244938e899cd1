/** Radio over an invented catalog, computed in this tab: `?tracks=100000` says how large, `?seed=1` which one. */
import type { Answer, Request, ShownTrack } from "./messages";

const parameters = new URLSearchParams(location.search);
const number = (name: string, fallback: number) => Number(parameters.get(name)) || fallback;
const TRACKS = Math.min(2_000_000, Math.max(100, number("tracks", 100_000)));
const SEED = number("seed", 1);

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const varied = element<HTMLInputElement>("varied");
const worker = new Worker(new URL("./radio.worker.ts", import.meta.url), { type: "module" });
const ask = (request: Request) => worker.postMessage(request);

let session: { readonly track: ShownTrack; readonly skipped: boolean }[] = [];
let opened = "";
let startAt = 0;

function update(): void {
  showSession();
  ask({
    kind: "radio",
    session: session.map(({ track, skipped }) => ({ track: track.id, skipped })),
    varied: varied.checked,
  });
}

worker.onmessage = ({ data }: MessageEvent<Answer>) => {
  if (data.kind === "opened") {
    opened = `${data.tracks.toLocaleString("en")} invented tracks, index built in ${data.buildMs.toFixed(0)} ms`;
    ask({ kind: "start", at: startAt });
  } else if (data.kind === "started") {
    session = [{ track: data.first, skipped: false }];
    update();
  } else if (data.kind === "radio") {
    status(`${opened}; these 50 found in ${data.searchMs.toFixed(1)} ms, all of it in this tab.`);
    element("radio").replaceChildren(...data.list.map(proposal));
  } else status(data.message);
};
worker.onerror = ({ message }) => status(message);

const status = (text: string) => {
  element("status").textContent = text;
};

function showSession(): void {
  element("session").replaceChildren(
    ...session.map(({ track, skipped }, at) => {
      const item = line(track, skipped ? "skipped" : "", skipped ? "Undo" : "Skip", () => {
        session = session.map((each, other) => (other === at ? { track, skipped: !skipped } : each));
        update();
      });
      item.classList.toggle("skipped", skipped);
      return item;
    }),
  );
}

function proposal(track: ShownTrack): HTMLLIElement {
  const why = `${track.distance!.toFixed(2)} away; nearest in ${track.alike!.join(", ")}`;
  return line(track, why, "Play", () => {
    session = [...session, { track, skipped: false }];
    update();
  });
}

function line(track: ShownTrack, why: string, label: string, act: () => void): HTMLLIElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-label", `${label} ${track.title} by ${track.artist}`);
  button.addEventListener("click", act);
  const title = document.createElement("span");
  title.className = "title";
  title.textContent = track.title;
  const more = document.createElement("span");
  more.className = "why";
  more.textContent = why ? `${track.artist} · ${why}` : track.artist;
  item.dataset.track = track.id;
  item.append(button, title, more);
  return item;
}

varied.addEventListener("change", update);
element("restart").addEventListener("click", () => {
  // A step that shares no divisor with round sizes comes past every kind of music soon.
  startAt += 7919;
  ask({ kind: "start", at: startAt });
});
ask({ kind: "open", tracks: TRACKS, seed: SEED });
