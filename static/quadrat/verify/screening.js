// @ts-check
/**
 * A session of verification: one photo at a time, or grids of them. In a grid the worker marks
 * what does not show the animal; every other photo that was seen is a verdict, every marked one
 * is shown alone for its reason, and what was not seen comes again.
 *
 * @typedef {import("../lib/supply.js").Assignment} Assignment
 * @typedef {import("./sorting.js").Look} Look
 * @typedef {object} GridHooks
 * @property {(assignments: Assignment[], marks: string[], isAgain: boolean) => void} showGrid
 * @property {() => Look} look   what is marked and seen in the grid that is shown
 * @property {(mode: "grid"|"single") => void} become
 */
import { byId, say, setText } from "../lib/dom.js";
import { request, uuid } from "../lib/http.js";
import { keepLeases } from "../lib/lease.js";
import { Session, isFresh } from "../lib/session.js";
import { load } from "../lib/supply.js";
import { Ahead, MOST } from "./ahead.js";
import { BatchOutbox, batchBody } from "./batches.js";
import { answersOf, sharedTiming, sorted } from "./sorting.js";

const AHEAD_AFTER_MS = 600; // the small photos of this grid come first
const GRIDS_TO_A_REST = 5;

export class Screening extends Session {
  /** @param {any} page @param {import("../lib/session.js").Hooks & GridHooks} hooks @param {() => number} size photos in a grid */
  constructor(page, hooks, size) {
    super(page, { ...hooks, Box: BatchOutbox });
    this.gridHooks = hooks;
    this.size = size;
    this.box = /** @type {BatchOutbox} */ (this.outbox);
    this.box.sendAll = (entries) => request("POST", page.urls.batch, batchBody(entries));
    const key = (/** @type {string} */ what) => `quadrat:${page.worker.key}:${what}:${page.campaign.slug}`;
    this.keys = { mode: key("mode"), marks: key("marks") };
    this.isGrid = page.campaign.has_grid && this.storage.read(this.keys.mode) !== "single";
    /** The grid that is shown. @type {Assignment[]} */
    this.grid = [];
    /** Marked photos that wait for their reason. @type {Assignment[]} */
    this.reasons = [];
    /** @type {Set<string>} */
    this.marked = new Set();
    /** They come again. @type {Assignment[]} */
    this.unseen = [];
    /** @type {{grid: Assignment[], verdicts: Map<string, string>, marks: string[], at: number}|null} */
    this.lastGrid = null;
    this.nGrids = 0;
    /** Said with the next photo. */
    this.notice = "";
    this.supply.claim = (count) => this.claim(count);
    this.ahead = new Ahead((count) => this.claim(count));
    const showTally = this.tally.show.bind(this.tally);
    // a grid has more photos than a rest is away: the day's total says more
    this.tally.show = () => (this.isGrid ? setText(byId("tally"), say("today", { n: this.tally.today })) : showTally());
  }

  /** @param {number} count @param {"grid"|"single"} [mode] */
  claim(count, mode = this.isGrid ? "grid" : "single") {
    return this.ask(Math.min(MOST, count), { mode });
  }

  start() {
    // claiming again renews all that is held with one request
    keepLeases(
      () => this.grid.slice(0, 1),
      () => this.claim(this.grid.length + this.ahead.waiting.length),
    );
    addEventListener("pagehide", () => void this.outbox.flush());
    document.addEventListener("visibilitychange", () => document.hidden && void this.outbox.flush());
    this.gridHooks.become(this.isGrid ? "grid" : "single");
    super.start();
  }

  async advance() {
    if (!this.isGrid) {
      // the last ones must have arrived before the server is asked whether there is more
      if (!this.supply.queue.length) await this.outbox.flush();
      return super.advance();
    }
    this.reasons = this.reasons.filter((one) => !this.supply.answered.has(one.id));
    if (this.reasons.length) return this.show(load(this.reasons[0]), null);
    return this.nextGrid();
  }

  /** The photos that were not seen, then those that are ahead; else the server is asked. */
  async nextGrid() {
    const turn = (this.turn += 1);
    const { ahead } = this;
    this.item = null;
    this.grid = [];
    if (this.unseen.length + ahead.waiting.length < this.size()) {
      this.card("loading");
      await ahead.arriving;
      if (turn !== this.turn) return;
    }
    ahead.putBack(this.unseen);
    this.unseen = [];
    ahead.waiting = ahead.waiting.filter(({ id }) => !this.supply.answered.has(id));
    const isEnough = ahead.isAll || ahead.waiting.length >= this.size();
    const next = isEnough ? ahead.take(this.size()) : [];
    if (next.length) this.open(next, this.storage.read(this.keys.marks) ?? [], false);
    else await this.askForGrid(turn);
  }

  /** @param {number} turn */
  async askForGrid(turn) {
    this.card("loading");
    const isAnswered = (/** @type {string} */ id) => this.supply.answered.has(id);
    const { fresh, status, detail } = await this.ahead.insist(this.size(), () => this.outbox.flush(), isAnswered);
    if (turn !== this.turn) return;
    if (fresh.length) this.open(fresh, this.storage.read(this.keys.marks) ?? [], false);
    else if (status === 204) await this.leaveGrids(turn);
    else this.cardFor(status, detail);
  }

  /** No photo is left for grids; some may be left that are shown alone. @param {number} turn */
  async leaveGrids(turn) {
    const { status, body } = await this.claim(1, "single");
    if (turn !== this.turn) return;
    if (status !== 201) {
      this.cardFor(status, body?.detail ?? "");
      return;
    }
    this.notice = say("alone");
    this.change("single");
  }

  /** @param {Assignment[]} grid @param {string[]} marks @param {boolean} isAgain all of it has been seen */
  open(grid, marks, isAgain) {
    const turn = (this.turn += 1);
    Object.assign(this, { item: null, grid });
    this.supply.queue = []; // what came with the first cards is in the grid
    this.card(null);
    this.gridHooks.showGrid(grid, marks.filter((id) => grid.some((one) => one.id === id)), isAgain);
    requestAnimationFrame(() => this.timing.restart());
    setTimeout(() => turn === this.turn && void this.prepare(), AHEAD_AFTER_MS);
  }

  /** What the server does not have yet counts as held there, so that goes first. */
  async prepare() {
    const { turn } = this;
    await this.outbox.flush();
    const missing = this.size() - this.ahead.waiting.length;
    if (!this.isGrid || turn !== this.turn || missing <= 0) return;
    await this.ahead.fetch(missing, this.grid, (id) => this.supply.answered.has(id));
  }

  /** Marks outlive the page. @param {string[]} marks */
  keep(marks) {
    this.timing.act();
    this.storage.write(this.keys.marks, marks);
  }

  submitGrid() {
    const look = this.gridHooks.look();
    const before = this.lastGrid?.grid === this.grid ? this.lastGrid.verdicts : new Map();
    const { plain, fresh, withdrawn, reasons, unseen, verdicts } = sorted(this.grid, look, before);
    const share = sharedTiming(this.timing.report(), look.seen.length, this.grid.length);
    void this.box.putAll(answersOf(fresh, withdrawn, look, share).map(([one, answer]) => this.entry(one, answer)));
    for (const { id } of plain) this.supply.answered.add(id);
    for (const { id } of reasons) this.supply.answered.delete(id);
    for (const { id } of fresh) if (!before.has(id)) this.tally.count(share.visible_ms - share.idle_ms);
    for (const { id } of plain) this.marked.delete(id);
    for (const id of look.marks) this.marked.add(id);
    Object.assign(this, { reasons, unseen });
    const at = before.size ? /** @type {any} */ (this.lastGrid).at : Date.now();
    this.lastGrid = { grid: this.grid, verdicts, marks: look.marks, at };
    if (unseen.length) this.tell(say("unseen", { n: unseen.length }));
    this.warnOfMemory();
    this.nGrids += 1;
    if (!reasons.length && this.nGrids % GRIDS_TO_A_REST === 0) this.rest();
    else void this.advance();
  }

  /** @param {Assignment} assignment @param {{outcome: string} & Record<string, unknown>} answer */
  entry(assignment, answer) {
    const body = { idempotency_key: uuid(), ...answer };
    return { url: this.url("answer", assignment.id), body, assignment: { ...assignment, memo: "" } };
  }

  rest() {
    if (!this.isGrid) return super.rest();
    this.item = null;
    this.turn += 1;
    this.card("rest", { n: this.tally.today });
  }

  get canUndoGrid() {
    const { lastGrid } = this;
    return this.isGrid && lastGrid !== null && this.grid !== lastGrid.grid && isFresh(lastGrid.at);
  }

  /** The last answer, or the last grid, whichever came later. */
  goBack() {
    if (!this.isGrid) return super.goBack();
    const wasSingle = this.canGoBack && /** @type {any} */ (this.last).at > (this.lastGrid?.at ?? 0);
    const isTooLate = !this.lastGrid || !isFresh(this.lastGrid.at);
    if (isTooLate && !wasSingle) return false;
    this.item = null; // it is held and comes again
    if (this.grid !== this.lastGrid?.grid) this.ahead.putBack(this.grid);
    if (wasSingle) {
      this.grid = [];
      return super.goBack();
    }
    const { grid, marks } = /** @type {any} */ (this.lastGrid);
    this.ahead.waiting = this.ahead.waiting.filter((one) => !grid.includes(one));
    this.unseen = [];
    this.open(grid, marks, true);
    return true;
  }

  get isMarked() {
    return this.marked.has(this.item?.assignment.id ?? "");
  }

  /** How the worker came to see this photo goes with the verdict. @param {{outcome: string} & Record<string, unknown>} answer @param {unknown} memo */
  submit(answer, memo) {
    super.submit({ ...answer, mode: this.isMarked ? "marked" : "single" }, memo);
  }

  /** What is said with a photo of a grid that is shown alone. */
  get reasonWords() {
    if (!this.isMarked) return say("unloaded");
    return say("reason", { n: this.reasons.filter(({ id }) => this.marked.has(id)).length });
  }

  /** The worker's choice, which is kept. @param {"grid"|"single"} mode */
  become(mode) {
    this.storage.write(this.keys.mode, mode);
    this.change(mode);
  }

  /** @param {"grid"|"single"} mode */
  change(mode) {
    this.isGrid = mode === "grid";
    this.supply.queue = this.isGrid ? [] : this.supply.queue.filter((item) => !this.supply.answered.has(item.assignment.id));
    this.supply.current = null;
    this.grid = this.reasons = this.unseen = [];
    this.ahead.clear();
    this.lastGrid = null;
    this.gridHooks.become(mode);
    this.tally.show();
    void this.advance();
  }
}
