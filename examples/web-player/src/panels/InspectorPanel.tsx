import type { InspectorSnapshot } from "@segue/client-sdk";
import { type ReactNode, useEffect, useState } from "react";
import { byteSize, timeLeft } from "../lib/format";
import { useClient } from "../state/client";
import { Bar, RangeMap, StepChart } from "./charts";

const REFRESH_MS = 500;

function Section({ title, teach, children }: { title: string; teach: string; children: ReactNode }) {
  return (
    <section className="inspect">
      <h3>{title}</h3>
      <p className="teach">{teach}</p>
      {children}
    </section>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Ahead({ label, due, item }: { label: string; due: number; item: InspectorSnapshot["next"] }) {
  const at = item?.requestedAtPercent;
  return (
    <div className="ahead">
      <span className="ahead-label">{label}</span>
      <span className="ahead-title">{item?.title ?? "Nothing queued"}</span>
      <Bar value={(at ?? 0) / 100} mark={due / 100} />
      <span className="ahead-at">
        {at == null ? `will be asked for from ${due} %` : `asked for at ${Math.round(at * 10) / 10} %`}
      </span>
    </div>
  );
}

/** What the SDK is doing, in words that teach the protocol. */
export function InspectorPanel() {
  const client = useClient();
  const [shot, setShot] = useState(() => client.inspect());
  useEffect(() => {
    const timer = setInterval(() => setShot(client.inspect()), REFRESH_MS);
    return () => clearInterval(timer);
  }, [client]);
  const { engine, license, lastStart, next, nextNext, clockOffsetMs, deviceId, events, log } = shot;
  const gap = engine?.lastJoinGapFrames;
  return (
    <>
      <Section
        title="From press to sound"
        teach="The encrypted beginning and the permission to play are asked for at the same time. Each mark is one step, in milliseconds since you pressed play."
      >
        {lastStart ? (
          <StepChart start={lastStart} />
        ) : (
          <p className="empty">Play something to see its steps.</p>
        )}
      </Section>
      <Section
        title="Join"
        teach="Tracks share one stream of samples, so nothing is between them. The number counts silent samples at the last join."
      >
        {gap == null ? (
          <p className="empty">Let one track run into the next.</p>
        ) : (
          <p className="figure">
            <strong>{gap.toLocaleString("en")}</strong> {gap === 1 ? "sample" : "samples"}
          </p>
        )}
      </Section>
      <Section
        title="Coming up"
        teach="The next track is asked for when three quarters have played, the one after it near the end: early enough for a join, late enough not to waste."
      >
        <Ahead label="Next" due={75} item={next} />
        <Ahead label="After that" due={90} item={nextNext} />
      </Section>
      <Section
        title="Ring"
        teach="Decoded samples wait here for the loudspeaker. When it runs dry you hear silence, counted as an underrun."
      >
        {engine ? (
          <>
            <Bar value={engine.ringFillMs / 10_000} />
            <Facts
              facts={[
                ["Ahead of your ears", `${(engine.ringFillMs / 1000).toFixed(1)} s`],
                ["Underruns", `${engine.underrunFrames.toLocaleString("en")} samples`],
                ["Played", `${engine.framesPlayed.toLocaleString("en")} samples`],
                [
                  "Output",
                  `${engine.output}, ${engine.contextSampleRateHz / 1000} kHz, ${engine.outputLatencyMs.toFixed(0)} ms`,
                ],
              ]}
            />
          </>
        ) : (
          <p className="empty">The engine starts with the first track.</p>
        )}
      </Section>
      <Section
        title="Ranges"
        teach="Music travels as ranges of encrypted bytes. Every 16,384 bytes form a segment that is checked and decrypted on its own."
      >
        {engine && engine.ranges.length > 0 ? (
          <>
            <RangeMap ranges={engine.ranges} />
            <Facts
              facts={[
                ["Fetched", `${engine.rangesFetched} ranges, ${byteSize(engine.bytesFetched)}`],
                ["Decrypted", `${engine.segmentsDecrypted.toLocaleString("en")} segments`],
              ]}
            />
          </>
        ) : (
          <p className="empty">Nothing fetched yet.</p>
        )}
      </Section>
      <Section
        title="License"
        teach="Keys are wrapped for this device alone and work until the license ends. The clock is checked against the server, so that setting it back gains nothing."
      >
        <Facts
          facts={[
            ["Status", license.status],
            [
              "Time left",
              license.notAfterMs === null
                ? "–"
                : timeLeft(license.notAfterMs - Date.now() - (clockOffsetMs ?? 0)),
            ],
            ["Sequence", license.seq === null ? "–" : String(license.seq)],
            ["Clock offset", clockOffsetMs === null ? "–" : `${Math.round(clockOffsetMs)} ms`],
            ["Device", deviceId ?? "not registered yet"],
          ]}
        />
      </Section>
      <Section
        title="Outbox"
        teach="Each play is written down while you hear it and kept until the server says that it has it. From 30 seconds of sound it counts."
      >
        <Facts
          facts={[
            ["This play", events.open ? `${(events.open.msPlayed / 1000).toFixed(1)} s heard` : "–"],
            ["Waiting", `${events.pending} ${events.pending === 1 ? "play" : "plays"}`],
            ["State", events.attempt > 0 ? `${events.phase}, ${events.attempt} failed` : events.phase],
            ["Last error", events.error ?? "none"],
          ]}
        />
      </Section>
      <Section title="Log" teach="The last things the SDK did, newest first.">
        <ol className="log">
          {log
            .slice(-60)
            .reverse()
            .map((entry, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own.
              <li key={`${entry.at}-${i}`} data-kind={entry.kind}>
                <time>{new Date(entry.at).toLocaleTimeString("en-GB")}</time>
                <span className="log-kind">{entry.kind}</span>
                <span>{entry.text}</span>
              </li>
            ))}
        </ol>
      </Section>
      <Section
        title="Try it yourself"
        teach="The client that this page uses is at hand in your browser's console."
      >
        <pre>
          <code>{"segue.player.state\nsegue.inspect()\nawait segue.api.home()"}</code>
        </pre>
      </Section>
    </>
  );
}
