// @ts-check
/**
 * A task page in practice: an answer is checked at once and never kept. The page is the same;
 * only where photos come from and where answers go differs.
 *
 * @typedef {import("../lib/supply.js").Item} Item
 */
import { byId, dialog, say, setText } from "../lib/dom.js";
import { metKey } from "../lib/first_visit.js";
import { watchHand } from "../lib/hand.js";
import { request } from "../lib/http.js";
import { takeOver } from "../lib/one_tab.js";
import { Session } from "../lib/session.js";
import { Feedback } from "./feedback.js";

export class PracticeSession extends Session {
  /** @param {any} page @param {import("../lib/session.js").Hooks} hooks */
  constructor(page, hooks) {
    super(page, hooks);
    const commands = { next: () => void this.advance(), again: () => this.again() };
    this.feedback = new Feedback(commands, page.practice.is_required);
    /** @type {Item|null} */
    this.checked = null;
  }

  /** Without leases to keep and answers to send. */
  start() {
    const { campaign, worker, practice } = this.page;
    takeOver(`quadrat:${worker.key}:${campaign.slug}:practice`, () => this.card("elsewhere"));
    watchHand();
    this.listen();
    this.count(practice);
    this.storage.write(metKey(this.page), true);
    if (!practice.n_practised) this.instruct();
    void this.advance();
  }

  /** The rules come first; the keys work from the moment they are closed. */
  instruct() {
    const rules = dialog("instructions");
    rules.addEventListener("close", () => byId("stage").focus({ preventScroll: true }), { once: true });
    rules.showModal();
  }

  get canGoBack() {
    return false;
  }

  goBack() {
    return false;
  }

  async advance() {
    this.feedback.hide();
    await super.advance();
  }

  /** @param {{outcome: string} & Record<string, unknown>} answer @param {unknown} memo */
  submit(answer, memo) {
    if (this.item) void this.check(this.item, answer, /** @type {any[]} */ (memo ?? []));
  }

  /** What was said of the answer, if anything. @param {Item} item @param {{outcome: string} & Record<string, unknown>} answer @param {any[]} drawn */
  async check(item, answer, drawn) {
    const { number } = /** @type {any} */ (item.assignment);
    const reply = await request("PUT", this.url("answer", String(number)), answer);
    if (this.item !== item) return null;
    if (reply.status !== 200) {
      const detail = reply.status === 422 ? reply.body.detail : say("practice.unreached");
      this.hooks.show(item, { item, outcome: answer.outcome, memo: drawn, at: 0, detail });
      this.tell(detail, true);
      return null;
    }
    this.checked = item;
    this.supply.answered.add(item.assignment.id);
    this.count(reply.body.practice);
    this.feedback.show(reply.body, drawn, item.assignment.image);
    return reply.body;
  }

  /** The same photo without a box on it; only the first try counts. */
  again() {
    if (!this.checked) return;
    this.feedback.hide();
    void this.show(this.checked, null);
  }

  /** @param {{latest: boolean[], needed: number}} practice */
  count({ latest, needed }) {
    const good = Math.min(needed, latest.filter(Boolean).length);
    const key = this.page.practice.is_required ? "practice.tally" : "practice.free_tally";
    setText(byId("tally"), say(key, { good, needed }));
  }

  settled() {
    // real answers that wait in this browser are the box page's business
  }
}
