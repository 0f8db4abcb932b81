// @ts-check
/** How many photos a worker answered on this device today, shown as progress to the next rest. */
import { byId, setText } from "./dom.js";

const LONG_MS = 10 * 60_000;
const FEWEST = 5;
/** Where this device's days begin, for "My work". */
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export class Tally {
  /** @param {import("./storage.js").Storage} storage @param {string} worker @param {number} goal photos between two rests */
  constructor(storage, worker, goal) {
    this.storage = storage;
    this.key = `quadrat:${worker}:tally`;
    this.goal = goal || 20;
    this.sinceRest = 0;
    this.activeMs = 0;
  }

  /** @returns {number} */
  get today() {
    const kept = this.storage.read(this.key);
    return kept?.day === new Date().toDateString() ? kept.n : 0;
  }

  /** After so many photos, or after ten minutes of looking; not again after one or two. */
  get isRestDue() {
    const isLong = this.activeMs >= LONG_MS && this.sinceRest >= FEWEST;
    return isLong || (this.today > 0 && this.today % this.goal === 0);
  }

  /** @param {number} [activeMs] of looking at the photo */
  count(activeMs = 0) {
    this.storage.write(this.key, { day: new Date().toDateString(), n: this.today + 1 });
    document.cookie = `timezone=${TIME_ZONE};path=/;max-age=31536000;samesite=lax`;
    this.sinceRest += 1;
    this.activeMs += activeMs;
    this.show();
  }

  rest() {
    this.sinceRest = this.activeMs = 0;
  }

  show() {
    const n = this.today % this.goal || (this.today ? this.goal : 0);
    setText(byId("tally"), `${n} / ${this.goal}`);
  }
}
