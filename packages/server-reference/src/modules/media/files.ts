/** Media objects in a folder, addressed by hash: `ab/abcdef…`. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { MediaFiles } from "./service";

/** Path of the object `hash` below `folder`. */
export function mediaPath(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash);
}

/** Reads media objects below `folder`. */
export function folderMediaFiles(folder: string): MediaFiles {
  return {
    async open(hash) {
      try {
        const handle = await open(mediaPath(folder, hash), "r");
        try {
          const stat = await handle.stat();
          if (stat.isFile()) return { handle, byteLength: stat.size };
        } catch (error) {
          await handle.close();
          throw error;
        }
        await handle.close();
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
    },
  };
}
