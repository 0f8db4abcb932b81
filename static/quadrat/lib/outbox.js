// @ts-check
/**
 * Answers on their way. An answer is written down before it is sent, keeps its idempotency key
 * on every try, and leaves only when the server has it or can never take it. One storage key
 * for each answer, named by worker: two tabs, or two people on one device, cannot mix them up.
 *
 * @typedef {object} Entry
 * @property {string} name        storage key; sorts by age
 * @property {string} url
 * @property {{idempotency_key: string, outcome: string} & Record<string, unknown>} body
 * @property {any} assignment     what is needed to show it again
 * @property {any} [refused]      422: the server's reasons; it waits for the worker
 *
 * @typedef {"stored"|"refused"|"gone"|"signed_out"|"retry"} Fate
 * @typedef {"saved"|"saving"|"offline"|"signed_out"} OutboxState
 */

const DELAYS_S = [1, 2, 4, 8, 16, 32, 60];

/** @param {number} status @returns {Fate} */
export function fateOf(status) {
  if (status >= 200 && status < 300) return "stored";
  if (status === 401 || status === 403) return "signed_out";
  if (status === 400 || status === 413 || status === 422) return "refused";
  if (status === 404 || status === 409 || status === 410) return "gone";
  return "retry";
}

export class Outbox {
  /**
   * @param {object} parts
   * @param {import("./storage.js").Storage} parts.storage
   * @param {string} parts.worker
   * @param {(entry: Entry) => Promise<import("./http.js").Answer>} parts.send
   * @param {(run: () => void, seconds: number) => unknown} parts.later
   * @param {() => void} parts.onChange
   * @param {(entry: Entry, fate: Fate, body: any) => void} parts.onSettled
   * @param {() => number} [parts.now]
   */
  constructor({ storage, worker, send, later, onChange, onSettled, now = Date.now }) {
    this.prefix = `quadrat:${worker}:outbox:`;
    this.storage = storage;
    this.send = send;
    this.later = later;
    this.onChange = onChange;
    this.onSettled = onSettled;
    this.now = now;
    this.tries = 0;
    this.isFlushing = false;
    this.isTimed = false;
    /** @type {OutboxState} */
    this.state = "saved";
  }

  /** Everything kept, oldest first. @returns {Entry[]} */
  get entries() {
    return this.storage.keys(this.prefix).map((name) => this.storage.read(name));
  }

  /** Answers the server does not have yet. */
  get waiting() {
    return this.entries.filter((entry) => !entry.refused);
  }

  /** @param {Omit<Entry, "name">} entry */
  put(entry) {
    this.drop(entry.assignment.id); // the latest answer is the one that counts
    const age = String(this.now()).padStart(15, "0");
    const name = `${this.prefix}${age}:${entry.body.idempotency_key}`;
    this.storage.write(name, { ...entry, name });
    this.wake();
  }

  /** There is something new to send. */
  wake() {
    void this.flush();
  }

  /** Forget what waits for this assignment. @param {string} id */
  drop(id) {
    const old = this.entries.filter((entry) => entry.assignment.id === id);
    for (const entry of old) this.storage.remove(entry.name);
  }

  /** Send all there is, oldest first; called at load, on `online` and by its own clock. */
  async flush() {
    if (this.isFlushing) return;
    this.isFlushing = true;
    this.become(this.waiting.length ? "saving" : "saved");
    const tried = new Set();
    let trouble = /** @type {OutboxState|null} */ (null);
    for (let entry = this.pick(tried); entry && !trouble; entry = this.pick(tried)) {
      tried.add(entry.name);
      trouble = await this.deliver(entry);
    }
    this.isFlushing = false;
    this.rest(trouble);
  }

  /** @param {Set<string>} tried */
  pick(tried) {
    return this.waiting.find((entry) => !tried.has(entry.name));
  }

  /** @param {Entry} entry @returns {Promise<OutboxState|null>} why the rest must wait */
  async deliver(entry) {
    const { status, body } = await this.send(entry);
    return this.settle(entry, status, body);
  }

  /** What the server's reply means for an answer. @param {Entry} entry @param {number} status @param {any} body @returns {OutboxState|null} */
  settle(entry, status, body) {
    const fate = fateOf(status);
    if (fate === "signed_out") {
      this.onSettled(entry, fate, body);
      return "signed_out";
    }
    if (fate === "retry") return status === 0 ? "offline" : null;
    this.tries = 0;
    if (!this.storage.read(entry.name)) return null; // a later answer took its place meanwhile
    if (fate === "refused") this.storage.write(entry.name, { ...entry, refused: body ?? {} });
    else this.storage.remove(entry.name);
    this.onSettled(entry, fate, body);
    return null;
  }

  /** @param {OutboxState|null} trouble */
  rest(trouble) {
    const left = this.waiting.length;
    this.become(left ? trouble ?? "offline" : "saved");
    if (!left || trouble === "signed_out" || this.isTimed) return;
    const delay = DELAYS_S[Math.min(this.tries, DELAYS_S.length - 1)];
    this.tries += 1;
    this.isTimed = true;
    this.later(() => {
      this.isTimed = false;
      void this.flush();
    }, delay);
  }

  /** @param {OutboxState} state */
  become(state) {
    this.state = state;
    this.onChange();
  }
}
