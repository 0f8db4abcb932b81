// @ts-check
/**
 * Verdicts take a key press each, so they leave in small batches: eight at a time, or after ten
 * seconds, or when the page is left. Each is written down at its key press and keeps its own
 * idempotency key, in a batch as well as alone.
 *
 * @typedef {import("../lib/outbox.js").Entry} Entry
 * @typedef {import("../lib/outbox.js").OutboxState} OutboxState
 */
import { Outbox, fateOf } from "../lib/outbox.js";

const BATCH = 8;
const MOST = 24;
const HOLD_S = 10;

export class BatchOutbox extends Outbox {
  isGathering = false;
  isHolding = false;
  /** The last batch failed as a whole: until the end of this round each answer goes alone. */
  isOneByOne = false;
  /** @type {((entries: Entry[]) => Promise<import("../lib/http.js").Answer>)|null} */
  sendAll = null;
  /** @type {Promise<void>|null} */
  running = null;

  /** Several at once, sent without waiting. @param {Omit<Entry, "name">[]} entries */
  putAll(entries) {
    this.isGathering = true;
    for (const entry of entries) this.put(entry);
    this.isGathering = false;
    return this.flush();
  }

  wake() {
    if (this.isGathering) return;
    // what lies only in memory must not wait
    if (this.waiting.length >= BATCH || !this.storage.isLasting) {
      void this.flush();
      return;
    }
    this.become("saving");
    if (this.isHolding) return;
    this.isHolding = true;
    this.later(() => {
      this.isHolding = false;
      void this.flush();
    }, HOLD_S);
  }

  /** Whoever asks while answers are on their way waits for those. */
  flush() {
    this.isOneByOne &&= this.running !== null;
    this.running ??= super.flush().finally(() => (this.running = null));
    return this.running;
  }

  /** The oldest, with all that waits beside it. @param {Entry} first @returns {Promise<OutboxState|null>} */
  async deliver(first) {
    const batch = this.waiting.slice(0, MOST);
    if (!this.sendAll || this.isOneByOne || batch.length < 2) return super.deliver(first);
    const { status, body } = await this.sendAll(batch);
    const fate = fateOf(status);
    if (fate === "signed_out" || status === 0) return this.settle(first, status, body);
    const results = fate === "stored" ? body?.results : null;
    if (results?.length !== batch.length) {
      this.isOneByOne = true; // one that upsets the server must not hold up the others
      return super.deliver(first);
    }
    const found = batch.map((entry, i) => this.settle(entry, results[i].status, results[i].body));
    return found.find((trouble) => trouble !== null) ?? null;
  }
}

/** The body of a batch. @param {Entry[]} entries */
export function batchBody(entries) {
  return { verdicts: entries.map(({ body, assignment }) => ({ ...body, assignment: assignment.id })) };
}
