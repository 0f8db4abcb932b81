// @ts-check
/**
 * localStorage where the browser grants it, memory where it does not (private mode, full disk).
 * What lies only in memory is lost with the page, so `isLasting` lets the page warn.
 */
export class Storage {
  /** @param {globalThis.Storage|null} [disk] */
  constructor(disk = granted()) {
    this.disk = disk;
    /** @type {Map<string, string>} */
    this.memory = new Map();
  }

  get isLasting() {
    return this.disk !== null && this.memory.size === 0;
  }

  /** @param {string} key @returns {any} */
  read(key) {
    const text = this.memory.get(key) ?? this.disk?.getItem(key);
    try {
      return text == null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {unknown} value */
  write(key, value) {
    const text = JSON.stringify(value);
    try {
      if (!this.disk) throw new Error("no disk");
      this.disk.setItem(key, text);
      this.memory.delete(key);
    } catch {
      this.memory.set(key, text);
    }
  }

  /** @param {string} key */
  remove(key) {
    this.memory.delete(key);
    this.disk?.removeItem(key);
  }

  /** @param {string} prefix */
  keys(prefix) {
    const all = [...this.memory.keys()];
    for (let i = 0; i < (this.disk?.length ?? 0); i += 1) all.push(this.disk?.key(i) ?? "");
    return [...new Set(all)].filter((key) => key.startsWith(prefix)).sort();
  }
}

/** Touching localStorage throws where cookies are blocked. One that is full can still be read. */
function granted() {
  try {
    localStorage.getItem("quadrat");
    return localStorage;
  } catch {
    return null;
  }
}
