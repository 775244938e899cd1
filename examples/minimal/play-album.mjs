// Signs in with a code and plays the first album of the home page into a WAV file (or, without a path, to nothing).
import { createNodeClient } from "@segue/client-sdk/node";

const [serverUrl = "http://127.0.0.1:4600", wav] = process.argv.slice(2);
const client = createNodeClient({ serverUrl, output: wav ? { wav } : "null" });
await client.auth.whenReady();
await client.auth.signInWithDeviceCode(({ verificationUriComplete, verificationUri, userCode }) =>
  console.log(`Open ${verificationUriComplete ?? verificationUri} and approve ${userCode}`),
);
const { shelves } = await client.api.home();
const { album } = shelves.flatMap((shelf) => shelf.items).find((item) => item.kind === "album");
client.player.on("track", ({ track }) => console.log(`Playing ${track.title}`));
await client.player.playAlbum(album.id);
await new Promise((ended) => client.player.on("state", ({ status }) => status === "idle" && ended()));
await client.close();
