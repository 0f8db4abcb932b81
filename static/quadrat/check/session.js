// @ts-check
/** A session of checks: a photo is there only together with the boxes that are asked about. */
import { request } from "../lib/http.js";
import { Session } from "../lib/session.js";

/**
 * @typedef {import("../lib/supply.js").Item} Item
 * @typedef {import("../lib/types.js").Answered} Answered
 */

export class CheckSession extends Session {
  /** Of the photo in sight. @type {import("./questions.js").Bbox[]} */
  boxes = [];
  /** The server's word on each photo's boxes. @type {Map<string, Promise<import("../lib/http.js").Answer>>} */
  asked = new Map();

  /** Boxes are asked for with their photos, ahead of time. @param {number} count @param {object} [how] */
  async ask(count, how) {
    const reply = await super.ask(count, how);
    for (const { id } of reply.body?.assignments ?? []) {
      if (!this.supply.answered.has(id)) void this.boxesOf(id);
    }
    return reply;
  }

  /** What did not come is asked for again. @param {string} id */
  boxesOf(id) {
    const asked = this.asked.get(id) ?? request("GET", this.page.urls.check.replace("{id}", id));
    this.asked.set(id, asked);
    void asked.then(({ status }) => status !== 200 && this.asked.delete(id));
    return asked;
  }

  /** @param {Item} item @param {Answered|null} before */
  async show(item, before) {
    const turn = (this.turn += 1);
    const { id } = item.assignment;
    this.timing.wait();
    this.hooks.hide();
    this.item = item;
    this.supply.current = id;
    const slow = setTimeout(() => this.card("loading"), 300);
    const { status, body } = await this.boxesOf(id);
    clearTimeout(slow);
    if (turn !== this.turn) return;
    if (status === 200) {
      this.boxes = body.boxes;
      await super.show(item, before);
    } else this.without(item, status, body?.detail ?? "");
  }

  /** There are no boxes: come back to this photo, unless it is no longer this worker's. @param {Item} item @param {number} status @param {string} detail */
  without(item, status, detail) {
    this.item = null;
    if (status === 404) {
      this.supply.answered.add(item.assignment.id);
      void this.advance();
      return;
    }
    this.supply.putBack(item);
    this.cardFor(status, detail);
  }
}
