// @ts-check
/** The verification page in practice: each answer is checked at once, in a sentence. */
import { byId } from "../lib/dom.js";
import { PracticeSession } from "../practice/session.js";

export class VerdictPractice extends PracticeSession {
  isGrid = false;
  canUndoGrid = false;
  notice = "";
  /** @type {import("../lib/supply.js").Assignment[]} */
  reasons = [];

  /** @param {any} page @param {import("../lib/session.js").Hooks & import("./screening.js").GridHooks} hooks */
  constructor(page, hooks) {
    super(page, hooks);
    hooks.become("single");
  }

  /** The same photo again while its feedback is there; nothing to take back otherwise. */
  goBack() {
    if (!this.feedback.sheet.hidden) this.again();
    return true;
  }

  /** @param {{outcome: string} & Record<string, unknown>} answer */
  submit(answer) {
    super.submit(answer, []);
  }

  /** @param {import("../lib/supply.js").Item} item @param {{outcome: string} & Record<string, unknown>} answer @param {any[]} drawn */
  async check(item, answer, drawn) {
    const said = await super.check(item, answer, drawn);
    if (!said) return null;
    for (const button of byId("answers").querySelectorAll("button")) {
      const { label, outcome } = button.dataset;
      const isMine = label ? label === answer.label : outcome === answer.outcome;
      if (label === said.label) button.dataset.is = "right";
      else if (isMine) button.dataset.is = said.is_good ? "" : "wrong";
      else delete button.dataset.is;
    }
    return said;
  }
}
