// @ts-check
/**
 * The four ways to answer a photo. Each is refused on a key repeat (see keyboard.js), in the
 * first 400 ms after the photo was painted, and while there is no photo.
 */
import { byId, dialog, say } from "../lib/dom.js";
import * as boxes from "./boxes.js";

const SETTLE_MS = 400;

export class Submitter {
  /**
   * @param {import("../lib/session.js").Session} session
   * @param {import("./actions.js").Actions} actions
   * @param {import("./draft.js").Drafts} drafts
   * @param {HTMLElement} stage
   */
  constructor(session, actions, drafts, stage) {
    this.session = session;
    this.actions = actions;
    this.drafts = drafts;
    this.stage = stage;
    this.listen();
  }

  listen() {
    byId("submit").addEventListener("click", () => this.submit());
    byId("nothing").addEventListener("click", () => this.nothing());
    byId("cant-tell").addEventListener("click", () => this.send({ outcome: "cant_tell" }));
    byId("problem").addEventListener("click", () => this.problem());
    byId("go-back").addEventListener("click", () => this.goBack());
    byId("clear-yes").addEventListener("click", () => this.send({ outcome: "nothing" }));
    dialog("problem-menu").addEventListener("click", (event) => this.reason(event));
  }

  get isReady() {
    return this.actions.state.open && this.session.timing.age >= SETTLE_MS;
  }

  submit() {
    const drawn = this.actions.store.boxes;
    if (!drawn.length) this.actions.tell("submit_empty");
    else this.send({ outcome: "answered", boxes: boxes.toWire(drawn) });
  }

  /** With boxes on the photo it asks first. */
  nothing() {
    if (!this.isReady) return;
    if (this.actions.store.boxes.length) dialog("clear-menu").showModal();
    else this.send({ outcome: "nothing" });
  }

  problem() {
    if (this.isReady) dialog("problem-menu").showModal();
  }

  /** @param {Event} event */
  reason(event) {
    const { reason } = /** @type {HTMLElement} */ (event.target).dataset;
    if (!reason) return;
    dialog("problem-menu").close();
    this.send({ outcome: "problem", comment: reason });
  }

  /** @param {{outcome: string} & Record<string, unknown>} answer */
  send(answer) {
    const { item } = this.session;
    if (!item || !this.isReady) return;
    const drawn = answer.outcome === "answered" ? this.actions.store.boxes : [];
    this.actions.store.set({ open: false });
    this.drafts.clear(item.assignment.id);
    this.stage.focus({ preventScroll: true });
    this.session.submit({ boxes: [], ...answer }, drawn);
  }

  goBack() {
    if (!this.session.goBack()) this.session.tell(say("too_late"));
  }
}
