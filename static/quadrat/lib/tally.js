// @ts-check
/** How many photos a worker answered on this device today, shown as progress to the next rest. */
import { byId, setText } from "./dom.js";

export class Tally {
  /** @param {import("./storage.js").Storage} storage @param {string} worker @param {number} goal photos between two rests */
  constructor(storage, worker, goal) {
    this.storage = storage;
    this.key = `quadrat:${worker}:tally`;
    this.goal = goal || 20;
  }

  /** @returns {number} */
  get today() {
    const kept = this.storage.read(this.key);
    return kept?.day === new Date().toDateString() ? kept.n : 0;
  }

  get isRestDue() {
    return this.today > 0 && this.today % this.goal === 0;
  }

  count() {
    this.storage.write(this.key, { day: new Date().toDateString(), n: this.today + 1 });
    this.show();
  }

  show() {
    const n = this.today % this.goal || (this.today ? this.goal : 0);
    setText(byId("tally"), `${n} / ${this.goal}`);
  }
}
