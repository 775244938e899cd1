import fc from "fast-check";
import { expect, test } from "vitest";
import { LruMap } from "./lru-map";

test("holds what was set or got last, and no more than it may", () => {
  const use = fc.record({ kind: fc.constantFrom("set", "get", "delete"), key: fc.nat(6), value: fc.nat() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(use, { minLength: 20, maxLength: 60 }),
      (most, uses) => {
        const map = new LruMap<number, number>(most);
        let model: { key: number; value: number }[] = [];
        for (const { kind, key, value } of uses) {
          const held = model.find((entry) => entry.key === key);
          const others = model.filter((entry) => entry.key !== key);
          if (kind === "set") {
            map.set(key, value);
            model = [...others, { key, value }].slice(-most);
          } else if (kind === "get") {
            expect(map.get(key)).toBe(held?.value);
            if (held) model = [...others, held];
          } else {
            map.delete(key);
            model = others;
          }
        }
        for (const { key, value } of model) expect(map.get(key)).toBe(value);
        for (let key = 0; key <= 6; key++) {
          if (!model.some((entry) => entry.key === key)) expect(map.get(key)).toBeUndefined();
        }
      },
    ),
  );
});
