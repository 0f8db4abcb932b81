// @ts-check
/**
 * Boxes in work, kept on the device by worker and assignment until they are submitted.
 *
 * @typedef {import("./types.js").Box} Box
 */
const KEEP_MS = 14 * 24 * 3600 * 1000;

export class Drafts {
  /** @param {import("../lib/storage.js").Storage} storage @param {string} worker @param {() => number} [now] */
  constructor(storage, worker, now = Date.now) {
    this.storage = storage;
    this.prefix = `quadrat:${worker}:draft:`;
    this.now = now;
  }

  /** @param {string} id @param {readonly Box[]} boxes */
  save(id, boxes) {
    if (boxes.length) this.storage.write(this.prefix + id, { at: this.now(), boxes });
    else this.clear(id);
  }

  /** @param {string} id @returns {Box[]} */
  restore(id) {
    return this.storage.read(this.prefix + id)?.boxes ?? [];
  }

  /** @param {string} id */
  clear(id) {
    this.storage.remove(this.prefix + id);
  }

  /** Forget what nobody came back for in two weeks. */
  prune() {
    for (const key of this.storage.keys(this.prefix)) {
      if (this.now() - (this.storage.read(key)?.at ?? 0) > KEEP_MS) this.storage.remove(key);
    }
  }
}
