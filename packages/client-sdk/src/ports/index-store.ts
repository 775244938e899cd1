/** Small JSON values by name: license state, the last known user. Implementations: IndexedDB, files, memory. */

export interface IndexStore {
  /** The value, or null when there is none or it cannot be read. */
  get(key: string): Promise<unknown>;
  /** `value` must survive JSON. Durable once resolved. */
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}
