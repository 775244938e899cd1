import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEmitter } from "./emitter";

interface Events {
  said: [word: string, times: number];
  done: [];
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("tells each listener of an event, in order, until it is stopped", () => {
  const emitter = createEmitter<Events>();
  const heard: string[] = [];
  const stop = emitter.on("said", (word, times) => heard.push(`a ${word} ${times}`));
  emitter.on("said", (word) => heard.push(`b ${word}`));
  emitter.on("done", () => heard.push("done"));
  emitter.emit("said", "hello", 2);
  stop();
  stop();
  emitter.emit("said", "again", 1);
  emitter.clear();
  emitter.emit("said", "nobody", 1);
  emitter.emit("done");
  expect(heard).toEqual(["a hello 2", "b hello", "b again"]);
});

test("the same listener twice is stopped once for each time", () => {
  const emitter = createEmitter<Events>();
  let heard = 0;
  const listener = () => void heard++;
  const stop = emitter.on("done", listener);
  emitter.on("done", listener);
  stop();
  emitter.emit("done");
  expect(heard).toBe(1);
});

test("a listener that throws harms neither who tells nor the others, and its error is reported", () => {
  const emitter = createEmitter<Events>();
  let heard = 0;
  emitter.on("done", () => {
    throw new Error("of a listener");
  });
  emitter.on("done", () => void heard++);
  emitter.emit("done");
  expect(heard).toBe(1);
  expect(() => vi.runAllTimers()).toThrow("of a listener");
});

test("a listener that another one stopped hears nothing more", () => {
  const emitter = createEmitter<Events>();
  let heard = 0;
  emitter.on("done", () => stop());
  const stop = emitter.on("done", () => void heard++);
  emitter.emit("done");
  expect(heard).toBe(0);
});
