import type { ConnectDevice } from "@segue/client-sdk";
import { useEffect, useState } from "react";
import { Icon } from "../parts/Icon";
import { VolumeSlider } from "../parts/VolumeSlider";
import { useClient, useConnect } from "../state/client";
import { useUi } from "../state/ui";

const KINDS: Readonly<Record<string, string>> = {
  web: "Browser",
  desktop: "Computer",
  mobile: "Phone",
  speaker: "Speaker",
  tv: "TV",
};

/** Moves at once; the device answers a moment later, and its answer wins once the hand has let go. */
function DeviceVolume({ device }: { device: ConnectDevice }) {
  const { connect } = useClient();
  const ui = useUi();
  const [held, setHeld] = useState<number | null>(null);
  const volume = held ?? device.volume ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the device says ends the wish.
  useEffect(() => setHeld(null), [device.volume]);
  if (device.volume === null || device.volumeFixed) return null;
  return (
    <span className="device-volume">
      <Icon name={volume === 0 ? "mute" : "volume"} />
      <VolumeSlider
        volume={volume}
        label={`Volume of ${device.name}`}
        onVolume={(wanted) => {
          setHeld(wanted);
          ui.act(() => connect.setVolume(device.id, wanted));
        }}
      />
    </span>
  );
}

function Device({ device, moving }: { device: ConnectDevice; moving: boolean }) {
  const { connect } = useClient();
  const ui = useUi();
  const words = moving
    ? "Moving the music here"
    : device.detached
      ? "Cannot be reached; may still be playing"
      : device.isActive
        ? "Playing here"
        : !device.online
          ? "Not connected"
          : device.canPlay
            ? (KINDS[device.type] ?? "Device")
            : "Remote control";
  return (
    <li className="device" data-active={device.isActive || undefined}>
      <button
        type="button"
        className="device-choose"
        aria-pressed={device.isActive}
        disabled={!device.canPlay || !device.online || device.isActive || moving}
        onClick={() => ui.act(() => connect.transfer(device.id))}
      >
        <Icon name={device.isActive ? "sounding" : device.type === "speaker" ? "speaker" : "devices"} />
        <span className="row-words">
          <span className="row-name">
            {device.name}
            {device.isThis && " (this browser)"}
          </span>
          <span className="row-artists">{words}</span>
        </span>
      </button>
      <DeviceVolume device={device} />
    </li>
  );
}

/** Where the music can sound, and where it does. */
export function DevicesPanel() {
  const { connect } = useClient();
  const ui = useUi();
  const { devices, error, status, transfer } = useConnect();
  // A page joins the session once its listener asks for devices: until then nothing of the session can stop its music.
  useEffect(() => connect.start(), [connect]);
  if (status === "unavailable")
    return (
      <div className="empty">
        <p>Other devices cannot be reached. Music plays in this browser all the same.</p>
        <p>{error?.message}</p>
        <button type="button" className="button" onClick={() => connect.start()}>
          Try again
        </button>
      </div>
    );
  if (status !== "online" && devices.length === 0) return <p className="empty">Looking for your devices …</p>;
  const waits = transfer?.waitsMs ?? null;
  return (
    <>
      {status !== "online" && <p className="panel-note">The connection is lost. Coming back …</p>}
      <ul className="devices">
        {devices.map((device) => (
          <Device key={device.id} device={device} moving={transfer?.toDeviceId === device.id} />
        ))}
      </ul>
      {transfer && waits !== null && (
        <div className="panel-note" role="status">
          <p>
            The other device does not answer. It falls silent within {Math.ceil(waits / 1000)} s; the music
            then goes on here. Starting at once may let both be heard for a while.
          </p>
          <button
            type="button"
            className="button"
            onClick={() => ui.act(() => connect.transfer(transfer.toDeviceId, { force: true }))}
          >
            Start at once
          </button>
        </div>
      )}
      {devices.length < 2 && (
        <div className="panel-note">
          <p>
            Only this browser is here. Open the player in another window, or start a speaker in a terminal:
          </p>
          <pre>
            <code>npm run speaker -- --name Kitchen</code>
          </pre>
        </div>
      )}
    </>
  );
}
