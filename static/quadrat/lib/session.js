// @ts-check
/**
 * What both task pages share: photos come in, answers go out, leases are kept, and every state
 * in which there is no photo has its own calm card. The page brings how a photo is shown.
 *
 * @typedef {import("./types.js").Hooks} Hooks
 * @typedef {import("./types.js").Answered} Answered
 * @typedef {import("./supply.js").Item} Item
 * @typedef {import("./outbox.js").Entry} Entry
 */
import { alarm, announce } from "./announce.js";
import { currentCard, showCard } from "./cards.js";
import { byId, onClick, say } from "./dom.js";
import { tellEnding } from "./ending.js";
import { watchHand } from "./hand.js";
import { iAm, request, uuid } from "./http.js";
import { keepLeases } from "./lease.js";
import { welcome } from "./first_visit.js";
import { showStatus } from "./notice.js";
import { takeOver } from "./one_tab.js";
import { Outbox } from "./outbox.js";
import { reopen } from "./refused.js";
import { Storage } from "./storage.js";
import { Supply, troubleWith } from "./supply.js";
import { Tally } from "./tally.js";
import { Timing } from "./timing.js";

const GRACE_MS = 60_000;

/** Whether an answer of that time can still be changed. @param {number} at */
export const isFresh = (at) => Date.now() - at < GRACE_MS;

export class Session {
  /** @param {any} page @param {Hooks} hooks */
  constructor(page, hooks) {
    this.page = page;
    this.hooks = hooks;
    this.storage = new Storage();
    this.timing = new Timing();
    const { campaign, worker } = page;
    this.tally = new Tally(this.storage, worker.key, campaign.session_goal);
    /** @type {Item|null} */
    this.item = null;
    /** @type {Answered|null} */
    this.last = null;
    this.turn = 0;
    this.hasWarned = false;
    iAm(worker.key);
    this.outbox = new (hooks.Box ?? Outbox)({
      storage: this.storage,
      worker: worker.key,
      send: (entry) => request("PUT", entry.url, entry.body),
      later: (run, seconds) => setTimeout(run, seconds * 1000),
      onChange: () => showStatus(this.outbox),
      onSettled: (entry, fate, body) => this.settled(entry, fate, body),
    });
    this.supply = new Supply(
      (count) => this.ask(count),
      () => this.outbox.entries.length,
    );
  }

  start() {
    const { campaign, worker } = this.page;
    keepLeases(
      () => [this.item, ...this.supply.queue].flatMap((item) => (item ? [item.assignment] : [])),
      (id) => this.renew(id),
      () => this.item?.assignment ?? null,
    );
    takeOver(`quadrat:${worker.key}:${campaign.slug}`, () => this.card("elsewhere"));
    watchHand();
    this.listen();
    this.tally.show();
    this.heed(campaign.n_instructions);
    for (const entry of this.outbox.entries) this.supply.answered.add(entry.assignment.id);
    void this.outbox.flush();
    const refused = this.outbox.entries.find((entry) => entry.refused);
    if (refused) void reopen(this, refused, refused.refused);
    else if (!welcome(this)) void this.advance();
  }

  /** More photos. @param {number} count @param {object} [how] */
  async ask(count, how) {
    const reply = await request("POST", this.page.urls.claim, { count, ...how });
    this.heed(reply.body?.instructions);
    return reply;
  }

  /** Have the instructions changed? @param {number} [number] of the version that holds now */
  heed(number) {
    if (number) void import("./changed.js").then((more) => more.heed(this, number), () => {});
  }

  /** What goes to somebody else is not shown any more. @param {string} id */
  async renew(id) {
    const reply = await request("POST", this.url("renew", id), {});
    if (reply.status === 401) void this.forbidden("");
    if (reply.status === 409) {
      this.supply.queue = this.supply.queue.filter((item) => item.assignment.id !== id);
    }
    return reply;
  }

  /** Once: what this browser does not keep. */
  warnOfMemory() {
    if (this.storage.isLasting || this.hasWarned) return;
    this.hasWarned = true;
    this.tell(say("memory_only"));
  }

  listen() {
    addEventListener("online", () => void this.outbox.flush());
    addEventListener("offline", () => showStatus(this.outbox));
    addEventListener("beforeunload", (event) => {
      if (!this.storage.isLasting && this.outbox.waiting.length) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => this.timing.hide(document.hidden));
    onClick("[data-act=continue]", () => void this.advance());
    onClick("[data-act=reload]", () => location.reload());
  }

  /** Show the next photo, or say why there is none. */
  async advance() {
    const turn = (this.turn += 1);
    this.item = null;
    if (!this.supply.queue.length) this.card("loading");
    const next = await this.supply.next();
    if (turn !== this.turn) {
      if (next.item) this.supply.putBack(next.item);
      return;
    }
    if (next.item) await this.show(next.item, null);
    else this.cardFor(next.status, next.detail);
  }

  /** @param {Item} item @param {Answered|null} before */
  async show(item, before) {
    const turn = (this.turn += 1);
    this.timing.wait();
    this.hooks.hide(); // the photo before is still there: what is done to it is not for this one
    this.item = item;
    this.supply.current = item.assignment.id;
    const slow = setTimeout(() => this.card("loading"), 300);
    const trouble = await troubleWith(item);
    clearTimeout(slow);
    if (turn !== this.turn) return;
    if (trouble) {
      const unreached = () => this.card("offline");
      await import("./broken.js").then((more) => more.handleBroken(this, item, trouble), unreached);
      return;
    }
    this.card(null);
    this.hooks.show(item, before);
    this.warnOfMemory();
    requestAnimationFrame(() => this.timing.restart());
  }

  /**
   * Into the outbox, and on to the next photo without waiting.
   * @param {{outcome: string} & Record<string, unknown>} answer @param {unknown} memo
   */
  submit(answer, memo) {
    const { item } = this;
    if (!item) return;
    this.timing.act();
    const isCorrection = this.last?.item.assignment.id === item.assignment.id;
    const { assignment } = item;
    this.last = { item, outcome: answer.outcome, memo, at: Date.now() };
    const timing = this.timing.report();
    if (!isCorrection) this.tally.count(timing.visible_ms - timing.idle_ms);
    this.supply.answered.add(assignment.id);
    this.outbox.put({
      url: this.url("answer", assignment.id),
      body: { idempotency_key: uuid(), ...answer, timing },
      assignment: { ...assignment, memo },
    });
    this.warnOfMemory();
    if (!isCorrection && this.tally.isRestDue) this.rest();
    else void this.advance();
  }

  /** The goal of a session: thanks, and a choice. */
  rest() {
    this.item = null;
    this.turn += 1;
    this.card("rest", { n: this.tally.today });
    void this.supply.refill();
  }

  get canGoBack() {
    return this.last !== null && isFresh(this.last.at);
  }

  /** Reopen the last answer within its grace window. */
  goBack() {
    if (!this.last || !this.canGoBack) return false;
    if (this.item === this.last.item) return true; // it is there, perhaps corrected already
    if (this.item) this.supply.putBack(this.item);
    void this.show(this.last.item, this.last);
    return true;
  }

  /** @param {Entry} entry @param {import("./outbox.js").Fate} fate @param {any} body */
  settled(entry, fate, body) {
    if (fate === "refused") void reopen(this, entry, body);
    if (fate === "signed_out") void this.forbidden(body?.detail ?? "");
    if (fate === "stored" && body?.extra) this.tell(say("extra"));
    const isLate = fate === "gone" && body?.detail;
    if (isLate) this.tell(body.detail);
  }

  /** @param {number} status @param {string} detail */
  cardFor(status, detail) {
    if (status === 0 || status >= 500) {
      this.card("offline");
      setTimeout(() => currentCard() === "offline" && void this.advance(), 5000);
    } else if (status === 401 || status === 403) void this.forbidden(detail);
    else if (status === 204) this.card(this.tally.today ? "done" : "none", { n: this.tally.today });
    else this.card("stopped", { detail });
  }

  /** Signed out, or signed in and not allowed? @param {string} detail */
  async forbidden(detail) {
    const unreached = () => this.cardFor(0, "");
    await import("./signed_out.js").then((more) => more.handleForbidden(this, detail), unreached);
  }

  /** @param {string|null} name @param {Record<string, string|number>} [values] */
  card(name, values) {
    showCard(name, values);
    if (name) this.hooks.hide();
    if (name === "rest" || name === "done") void tellEnding(this, byId(`note-${name}`));
    if (name === "elsewhere") this.turn += 1;
  }

  /** @param {string} text @param {boolean} [isUrgent] */
  tell(text, isUrgent = false) {
    if (isUrgent) alarm(text);
    else announce(text);
    this.hooks.tell?.(text);
  }

  /** @param {"answer"|"renew"|"release"} name @param {string} id */
  url(name, id) {
    return this.page.urls[name].replace("{id}", id);
  }
}
