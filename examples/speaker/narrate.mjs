const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
const titleOf = (entry) => {
  const artists = entry.track.artists.map(({ name }) => name).join(", ");
  return artists ? `${entry.track.title} by ${artists}` : entry.track.title;
};

/** Says what the speaker does, a line for each change: who sounds, what plays, and what went wrong. */
export function narrate(client, say) {
  let before = { status: "off", here: false, playing: false, active: null, volume: null };
  let told = null;
  client.player.on("track", (entry) => {
    told = entry.uid;
    say(`▶ ${titleOf(entry)}`);
  });
  client.player.on("error", (error) => say(`✗ ${error.message} ${error.remedy}`));
  client.connect.on("state", (state) => {
    const me = state.devices.find(({ isThis }) => isThis);
    const goal = state.transfer?.toDeviceId ?? state.activeDeviceId;
    const now = {
      status: state.status,
      here: state.isActiveHere,
      playing: state.playing,
      active: state.devices.find(({ id }) => id === goal)?.name ?? null,
      volume: me?.volume ?? null,
    };
    if (now.status !== before.status) {
      if (now.status === "online") say("● online");
      else if (now.status === "unavailable")
        say(`○ not connected: ${state.error?.message ?? "the server has no Connect"}`);
      else if (before.status === "online")
        say("○ the connection is lost; what plays goes on as long as it may");
    }
    const position = clock(client.connect.positionMs());
    if (now.here && !before.here) say(`← the music came here${state.current ? `, at ${position}` : ""}`);
    if (!now.here && before.here)
      say(now.active ? `→ the music went to ${now.active}, at ${position}` : "→ the music stopped here");
    if (now.here && before.here && now.playing !== before.playing) {
      say(now.playing ? `▶ goes on at ${position}` : `‖ paused at ${position}`);
    }
    if (now.here && !now.playing && state.current && !before.here && told !== state.current.uid) {
      say(`‖ ${titleOf(state.current)} waits`);
    }
    if (now.volume !== null && before.volume !== null && Math.abs(now.volume - before.volume) >= 0.005) {
      say(`♪ volume ${Math.round(now.volume * 100)} %`);
    }
    before = now;
  });
}
