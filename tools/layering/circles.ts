import type { Arrow } from "./arrows";

/** What stands beside what: in the deepest folder that holds both ends of an arrow, the two folders or files that it joins. */
function siblings({ from, to }: Arrow): { folder: string; from: string; to: string } {
  const a = from.split("/");
  const b = to.split("/");
  let shared = 0;
  while (shared < a.length - 1 && shared < b.length - 1 && a[shared] === b[shared]) shared += 1;
  return { folder: a.slice(0, shared).join("/"), from: a[shared]!, to: b[shared]! };
}

/** The arrows that close a circle: of files, or of folders that stand beside each other, at any depth. */
export function arrowsInCircles(arrows: readonly Arrow[]): Arrow[] {
  const next = new Map<string, Set<string>>();
  const joined = arrows.map((arrow) => {
    const { folder, from, to } = siblings(arrow);
    return { arrow, from: `${folder}/${from}`, to: `${folder}/${to}` };
  });
  for (const { from, to } of joined) {
    if (!next.has(from)) next.set(from, new Set());
    next.get(from)!.add(to);
  }
  const reaches = (start: string, goal: string): boolean => {
    const seen = new Set([start]);
    for (const at of seen) {
      if (at === goal) return true;
      for (const each of next.get(at) ?? []) seen.add(each);
    }
    return false;
  };
  return joined.filter(({ from, to }) => reaches(to, from)).map(({ arrow }) => arrow);
}
