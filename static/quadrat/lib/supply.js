// @ts-check
/**
 * The photos ahead: leased, fetched and decoded before they are needed, so that the next one
 * is painted at once.
 *
 * @typedef {object} Assignment
 * @property {string} id
 * @property {string} lease_until
 * @property {string} server_time
 * @property {{url: string, thumbnail_url: string, width: number, height: number, display_width: number, display_height: number, credit: string, licence: string, licence_url: string}} image
 * @property {{n_done: number}} progress
 *
 * @typedef {{assignment: Assignment, img: HTMLImageElement, loaded: Promise<boolean>}} Item
 * @typedef {{item: Item} | {item: null, status: number, detail: string}} Next
 */

const AHEAD = 2;
const MOST = 24;
const TRIES = 3;
const PAUSE_MS = 400;
const WAIT = 503;

export class Supply {
  /**
   * @param {(count: number) => Promise<import("./http.js").Answer>} claim
   * @param {() => number} onTheirWay  answers that the server does not have yet
   */
  constructor(claim, onTheirWay) {
    this.claim = claim;
    this.onTheirWay = onTheirWay;
    /** Answered here: a claim that crossed the answer may still list it. @type {Set<string>} */
    this.answered = new Set();
    /** @type {Item[]} */
    this.queue = [];
    /** @type {string|null} */
    this.current = null;
    /** @type {Promise<import("./http.js").Answer>|null} */
    this.asking = null;
    /** One photo after the other: the first would share a slow line with those that can wait. */
    this.before = Promise.resolve(true);
  }

  /** The next photo, or the server's word why there is none. @returns {Promise<Next>} */
  async next() {
    let reply = { status: WAIT, body: /** @type {any} */ (null) };
    this.current = null;
    for (let i = 0; i < TRIES && !this.queue.length; i += 1) {
      if (i) await new Promise((done) => setTimeout(done, PAUSE_MS));
      reply = await this.refill();
      if (reply.status !== 201) break;
    }
    const item = this.queue.shift();
    if (!item) {
      const status = reply.status === 201 ? WAIT : reply.status;
      return { item: null, status, detail: reply.body?.detail ?? "" };
    }
    this.current = item.assignment.id;
    void this.refill();
    return { item };
  }

  /** Leases already held come back first, so they are asked for on top. */
  async refill() {
    if (this.queue.length >= AHEAD) return { status: 200, body: null };
    const held = this.queue.length + (this.current ? 1 : 0) + this.onTheirWay();
    this.asking ??= this.claim(Math.min(MOST, AHEAD + held));
    const reply = await this.asking;
    this.asking = null;
    for (const assignment of reply.body?.assignments ?? []) this.add(assignment);
    return reply;
  }

  /** @param {Assignment} assignment */
  add(assignment) {
    const { id } = assignment;
    const isKnown = id === this.current || this.queue.some((item) => item.assignment.id === id);
    if (isKnown || this.answered.has(id)) return;
    const item = load(assignment, this.before);
    this.before = item.loaded;
    this.queue.push(item);
  }

  /** To be shown next. @param {Item} item */
  putBack(item) {
    this.queue.unshift(item);
  }
}

/** @param {Assignment} assignment @param {Promise<unknown>} [before] what is loaded first @returns {Item} */
export function load(assignment, before = Promise.resolve()) {
  const img = new Image();
  img.draggable = false;
  img.alt = "";
  const start = () => {
    img.src = assignment.image.url;
    return img.decode();
  };
  const loaded = before.then(start).then(
    () => true,
    () => false,
  );
  return { assignment, img, loaded };
}

/**
 * What is wrong with a photo, empty if nothing is: whether it loads, and with the size that the
 * server says, or boxes would land elsewhere. @param {Item} item
 */
export async function troubleWith({ assignment: { image }, img, loaded }) {
  if (!(await loaded)) return "did not load";
  const { naturalWidth: w, naturalHeight: h } = img;
  const isSame = Math.abs(w - image.display_width) <= 1 && Math.abs(h - image.display_height) <= 1;
  return isSame ? "" : `size mismatch: ${w} by ${h}`;
}
