// @ts-check
/**
 * A worker's habits on this device.
 *
 * @typedef {{lefty: boolean, guides: boolean, keys: Record<string, string>, hasKeys: boolean}} Habits
 *   keys: by command, where they differ from the standard; hasKeys: single keys give commands
 */
export class Settings {
  /** @param {import("../lib/storage.js").Storage} storage @param {string} worker */
  constructor(storage, worker) {
    this.storage = storage;
    this.key = `quadrat:${worker}:settings`;
  }

  /** @returns {Habits} */
  read() {
    const { lefty, guides, keys, hasKeys } = this.storage.read(this.key) ?? {};
    return { lefty: lefty === true, guides: guides !== false, keys: keys ?? {}, hasKeys: hasKeys !== false };
  }

  /** @param {Partial<Habits>} change */
  write(change) {
    this.storage.write(this.key, { ...this.read(), ...change });
  }
}
