import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const HELP = `npm run speaker -- [options]

A speaker in a terminal: it signs in with a code, appears among your devices, and plays what you move to it.

  --name NAME         what other devices call it (Speaker)
  --server URL        (http://127.0.0.1:4600)
  --output null       plays in time and to nothing (default)
  --output FILE.wav   writes what it plays into a file
  --output "COMMAND"  pipes 16-bit stereo PCM to a program; {rate} becomes the sample rate:
                      "aplay -q --buffer-time=200000 -t raw -f S16_LE -c 2 -r {rate}"
  --latency MS        from the speaker to the ear, for a program that buffers more than 200 ms (200)
  --data-dir FOLDER   where the sign-in and the device's keys are kept (~/.segue-speaker/NAME)
  --forget            signs out first, so that another listener can sign in
  --help`;

/** Ends the program with one line about what is wrong. */
function refuse(line) {
  console.error(`${line} See npm run speaker -- --help.`);
  process.exit(2);
}

/** Where the sound goes, as the SDK takes it. */
function outputOf(text, latency) {
  if (text === "null") return "null";
  if (text.endsWith(".wav")) return { wav: resolve(process.env.INIT_CWD ?? ".", text) };
  const command = text.trim().split(/\s+/);
  if (!command[0]) refuse("--output is empty.");
  if (latency === undefined) return { command };
  if (!/^\d{1,5}$/.test(latency)) refuse(`--latency takes milliseconds, not ${latency}.`);
  return { command, latencyMs: Number(latency) };
}

/** What the command line asks for; ends the program on --help and on words that it does not know. */
export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        name: { type: "string", default: "Speaker" },
        server: { type: "string", default: process.env.SEGUE_SERVER ?? "http://127.0.0.1:4600" },
        output: { type: "string", default: "null" },
        latency: { type: "string" },
        "data-dir": { type: "string" },
        forget: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    refuse(error.message);
  }
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const name = values.name.trim();
  if (!name || name.length > 64) refuse("--name takes 1 to 64 characters.");
  if (!/^https?:\/\//.test(values.server)) refuse(`--server takes an http(s) URL, not ${values.server}.`);
  const folder = name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "speaker";
  return {
    name,
    server: values.server,
    output: outputOf(values.output, values.latency),
    dataDir: values["data-dir"]
      ? resolve(process.env.INIT_CWD ?? ".", values["data-dir"])
      : join(homedir(), ".segue-speaker", folder),
    forget: values.forget,
  };
}
