/** How the SDK tells its listeners: every area and engine has one of these. */
import { EventEmitter } from "eventemitter3";

/**
 * Tells events to listeners, in the order in which they came. A listener that throws harms neither who tells nor the other
 * listeners: its error is thrown again in a task of its own, where the host reports it. One that was stopped hears nothing more.
 */
export interface Emitter<Events extends { [E in keyof Events]: unknown[] }> {
  /** Calls `listener` at each event. Returns a function that stops it. */
  on<E extends keyof Events>(event: E, listener: (...values: Events[E]) => void): () => void;
  emit<E extends keyof Events>(event: E, ...values: Events[E]): void;
  /** Stops every listener. */
  clear(): void;
}

export function createEmitter<Events extends { [E in keyof Events]: unknown[] }>(): Emitter<Events> {
  const emitter = new EventEmitter();
  return {
    on(event, listener) {
      // A listener of its own for each call, so that each is stopped by its own function.
      const heard = (...values: unknown[]) => listener(...(values as Events[typeof event]));
      emitter.on(event as string, heard);
      return () => void emitter.off(event as string, heard);
    },
    emit(event, ...values) {
      for (const heard of emitter.listeners(event as string)) {
        if (!emitter.listeners(event as string).includes(heard)) continue;
        try {
          heard(...values);
        } catch (error) {
          setTimeout(() => {
            throw error;
          });
        }
      }
    },
    clear: () => void emitter.removeAllListeners(),
  };
}
