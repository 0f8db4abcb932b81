// @ts-check
/** A worker's habits on this device. */
export class Settings {
  /** @param {import("../lib/storage.js").Storage} storage @param {string} worker */
  constructor(storage, worker) {
    this.storage = storage;
    this.key = `quadrat:${worker}:settings`;
  }

  /** @returns {{lefty: boolean, guides: boolean}} */
  read() {
    const kept = this.storage.read(this.key) ?? {};
    return { lefty: kept.lefty === true, guides: kept.guides !== false };
  }

  /** @param {Partial<{lefty: boolean, guides: boolean}>} change */
  write(change) {
    this.storage.write(this.key, { ...this.read(), ...change });
  }
}
