// @ts-check
/**
 * How long an answer took, in milliseconds since the photo was painted; time with the tab
 * hidden and pauses of more than 20 s are counted apart.
 */
const IDLE_MS = 20_000;

export class Timing {
  /** @param {() => number} [now] */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.shown = this.last = now();
    this.first = this.hidden = this.idle = this.hiddenSince = 0;
  }

  /** Another photo is about to be painted: from here to `restart` nobody can have looked at it. */
  wait() {
    this.restart(Infinity);
  }

  restart(shown = this.now()) {
    this.shown = shown;
    this.last = this.now();
    this.first = this.hidden = this.idle = this.hiddenSince = 0;
  }

  /** Since the photo was painted; 0 before. */
  get age() {
    return Math.max(0, this.now() - this.shown);
  }

  /** The worker did something. */
  act() {
    const now = this.now();
    if (now - this.last > IDLE_MS) this.idle += now - this.last;
    this.first ||= now;
    this.last = now;
  }

  /** @param {boolean} isHidden */
  hide(isHidden) {
    const now = this.now();
    if (!isHidden && this.hiddenSince) {
      this.hidden += now - this.hiddenSince;
      this.last = now;
    }
    this.hiddenSince = isHidden ? now : 0;
  }

  /** @returns {Record<string, number>} */
  report() {
    const total = this.age;
    const since = (/** @type {number} */ at) => Math.round(Math.max(0, at - this.shown));
    return {
      first_ms: since(this.first || this.now()),
      last_ms: since(this.last),
      submit_ms: Math.round(total),
      visible_ms: Math.round(Math.max(0, total - this.hidden)),
      hidden_ms: Math.round(this.hidden),
      idle_ms: Math.round(this.idle),
    };
  }
}
