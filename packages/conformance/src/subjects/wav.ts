/** Masters for a catalog made on the spot. */

const RATE = 44_100;

/** A stereo 16-bit WAV file of `seconds` of reproducible noise; another `seed` gives another recording. */
export function wavOfNoise(seconds: number, seed: number): Buffer {
  const frames = Math.round(seconds * RATE);
  const file = Buffer.alloc(44 + frames * 4);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 4, 28);
  file.writeUInt16LE(4, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(frames * 4, 40);
  let state = seed >>> 0;
  for (let at = 44; at < file.length; at += 2) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    file.writeInt16LE((state >>> 18) - 8192, at);
  }
  return file;
}
