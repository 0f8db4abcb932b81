// @ts-check
/**
 * A session of verification: one photo at a time, or grids of them. In a grid the worker marks
 * what does not show the animal; every other photo that was seen is a verdict, every marked one
 * is shown alone for its reason, and what was not seen comes again.
 *
 * @typedef {import("../lib/supply.js").Assignment} Assignment
 * @typedef {{marks: string[], seen: string[], broken: string[], ms: Record<string, number>}} Look
 * @typedef {object} GridHooks
 * @property {(assignments: Assignment[], marks: string[], isAgain: boolean) => void} showGrid
 * @property {() => Look} look   what is marked and seen in the grid that is shown
 * @property {(mode: "grid"|"single") => void} become
 */
import { byId, say, setText } from "../lib/dom.js";
import { request, uuid } from "../lib/http.js";
import { keepLeases } from "../lib/lease.js";
import { Session } from "../lib/session.js";
import { load } from "../lib/supply.js";
import { BatchOutbox, batchBody } from "./batches.js";

const GRACE_MS = 60_000;
const TRIES = 5;
const PAUSE_MS = 400;
const GRIDS_TO_A_REST = 5;
const MARKED = "marked in the grid";

export class Screening extends Session {
  /** @param {any} page @param {import("../lib/session.js").Hooks & GridHooks} hooks @param {() => number} size photos in a grid */
  constructor(page, hooks, size) {
    super(page, { ...hooks, Box: BatchOutbox });
    this.gridHooks = hooks;
    this.size = size;
    const box = /** @type {BatchOutbox} */ (this.outbox);
    box.sendAll = (entries) => request("POST", page.urls.batch, batchBody(entries));
    this.box = box;
    const kept = `quadrat:${page.worker.key}:`;
    this.keys = { mode: `${kept}mode:${page.campaign.slug}`, marks: `${kept}marks:${page.campaign.slug}` };
    this.isGrid = page.campaign.has_grid && this.storage.read(this.keys.mode) !== "single";
    /** The grid that is shown. @type {Assignment[]} */
    this.grid = [];
    /** Marked photos that wait for their reason. @type {Assignment[]} */
    this.reasons = [];
    /** @type {{grid: Assignment[], verdicts: Map<string, string>, marks: string[], at: number}|null} */
    this.lastGrid = null;
    this.nGrids = 0;
    const showTally = this.tally.show.bind(this.tally);
    // a grid has more photos than a rest is away: the day's total says more
    this.tally.show = () => (this.isGrid ? setText(byId("tally"), say("today", { n: this.tally.today })) : showTally());
  }

  start() {
    // claiming again renews all that is held with one request
    keepLeases(
      () => this.grid.slice(0, 1),
      () => this.supply.claim(this.grid.length),
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

  async nextGrid() {
    const turn = (this.turn += 1);
    this.item = null;
    this.grid = [];
    this.card("loading");
    let reply = { status: 503, body: /** @type {any} */ (null) };
    let fresh = /** @type {Assignment[]} */ ([]);
    for (let i = 0; i < TRIES && !fresh.length; i += 1) {
      if (i) await new Promise((done) => setTimeout(done, PAUSE_MS));
      await this.outbox.flush();
      reply = await this.supply.claim(this.size());
      if (turn !== this.turn) return;
      fresh = (reply.body?.assignments ?? []).filter((/** @type {Assignment} */ one) => !this.supply.answered.has(one.id));
      if (reply.status !== 201) break;
    }
    if (fresh.length) this.open(fresh, this.storage.read(this.keys.marks) ?? [], false);
    else this.cardFor(reply.status === 201 ? 503 : reply.status, reply.body?.detail ?? "");
  }

  /** @param {Assignment[]} grid @param {string[]} marks @param {boolean} isAgain all of it has been seen */
  open(grid, marks, isAgain) {
    this.turn += 1;
    this.item = null;
    this.grid = grid;
    this.card(null);
    this.timing.wait();
    this.gridHooks.showGrid(grid, marks.filter((id) => grid.some((one) => one.id === id)), isAgain);
    requestAnimationFrame(() => this.timing.restart());
  }

  /** Marks outlive the page. @param {string[]} marks */
  keep(marks) {
    this.timing.act();
    this.storage.write(this.keys.marks, marks);
  }

  /** What was seen and not marked shows the animal; marked ones are asked about; the rest comes again. */
  submitGrid() {
    const { marks, seen, broken, ms } = this.gridHooks.look();
    const before = this.lastGrid?.grid === this.grid ? this.lastGrid.verdicts : new Map();
    const asked = new Set([...marks, ...broken]);
    const plain = this.grid.filter(({ id }) => seen.includes(id) && !asked.has(id));
    const verdicts = new Map(plain.map(({ id }) => [id, "animal"]));
    const fresh = plain.filter(({ id }) => before.get(id) !== "animal");
    // answered as showing the animal and marked after all: that must not stand while the reason is asked
    const withdrawn = this.grid.filter(({ id }) => asked.has(id) && before.get(id) === "animal");
    this.reasons = this.grid.filter(({ id }) => asked.has(id));
    const share = this.timingOf(seen.length);
    void this.box.putAll([
      ...fresh.map((one) => this.entry(one, { outcome: "answered", label: "animal" }, { ...share, seen_ms: ms[one.id] })),
      ...withdrawn.map((one) => this.entry(one, { outcome: "cant_tell", label: null, comment: MARKED }, share)),
    ]);
    for (const { id } of plain) this.supply.answered.add(id);
    for (const { id } of this.reasons) this.supply.answered.delete(id);
    for (const { id } of fresh) if (!before.has(id)) this.tally.count();
    for (const { id } of withdrawn) verdicts.set(id, "cant_tell");
    const at = before.size ? /** @type {any} */ (this.lastGrid).at : Date.now();
    this.lastGrid = { grid: this.grid, verdicts, marks, at };
    const unseen = this.grid.length - plain.length - this.reasons.length;
    if (unseen) this.tell(say("unseen", { n: unseen }));
    if (!this.storage.isLasting) this.tell(say("memory_only"));
    this.nGrids += 1;
    if (!this.reasons.length && this.nGrids % GRIDS_TO_A_REST === 0) this.rest();
    else void this.advance();
    return { n: plain.length, unseen };
  }

  /** @param {Assignment} assignment @param {{outcome: string} & Record<string, unknown>} answer @param {Record<string, number>} timing */
  entry(assignment, answer, timing) {
    return {
      url: this.url("answer", assignment.id),
      body: { idempotency_key: uuid(), ...answer, timing },
      assignment: { ...assignment, memo: "" },
    };
  }

  /** The time of a grid, shared among the photos that were seen. @param {number} n */
  timingOf(n) {
    const report = this.timing.report();
    const each = ["visible_ms", "hidden_ms", "idle_ms"].map((name) => [name, Math.round(report[name] / Math.max(1, n))]);
    return { grid: this.grid.length, submit_ms: report.submit_ms, ...Object.fromEntries(each) };
  }

  rest() {
    if (!this.isGrid) return super.rest();
    this.item = null;
    this.turn += 1;
    this.card("rest", { n: this.tally.today });
  }

  get canUndoGrid() {
    const { lastGrid } = this;
    return this.isGrid && lastGrid !== null && this.grid !== lastGrid.grid && Date.now() - lastGrid.at < GRACE_MS;
  }

  /** The last answer, or the last grid, whichever came later. */
  goBack() {
    if (!this.isGrid) return super.goBack();
    const wasSingle = this.canGoBack && /** @type {any} */ (this.last).at > (this.lastGrid?.at ?? 0);
    this.item = null; // it is held and comes again
    if (wasSingle) {
      this.grid = [];
      return super.goBack();
    }
    if (!this.lastGrid || Date.now() - this.lastGrid.at >= GRACE_MS) return false;
    this.open(this.lastGrid.grid, this.lastGrid.marks, true);
    return true;
  }

  /** @param {"grid"|"single"} mode */
  become(mode) {
    this.isGrid = mode === "grid";
    this.storage.write(this.keys.mode, mode);
    this.supply.queue = this.isGrid ? [] : this.supply.queue.filter((item) => !this.supply.answered.has(item.assignment.id));
    this.supply.current = null;
    this.grid = this.reasons = [];
    this.lastGrid = null;
    this.gridHooks.become(mode);
    this.tally.show();
    void this.advance();
  }
}
