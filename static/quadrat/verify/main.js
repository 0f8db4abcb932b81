// @ts-check
/** The verification page: one photo, one key; or grids of photos where the campaign offers them. */
import { byId, dialog, readJson, say, setText } from "../lib/dom.js";
import { showKeys } from "../lib/instructions.js";
import { showCredit, toast } from "../lib/notice.js";
import { Closer } from "./closer.js";
import { Grid } from "./grid.js";
import { commandOf, gridCommandOf } from "./keys.js";
import { Screening } from "./screening.js";

const SETTLE_MS = 200;
const FLASH_MS = 150;
/** Photos in a grid: as many as fit without scrolling. */
const WIDE = 24;
const SLIM = 8;
const slim = matchMedia("(max-width: 760px)");

const page = readJson("page-data");
const stage = byId("stage");
const answers = byId("answers");
const grid = new Grid((marks) => session.keep(marks));
const hooks = { show, hide, tell: toast, showGrid, look: () => grid.look(), become };
// practice is this page with another source of photos and another end for answers
const Kind = page.practice ? (await import("./practice.js")).VerdictPractice : Screening;
const session = /** @type {Screening} */ (new Kind(page, hooks, () => (slim.matches ? SLIM : WIDE)));
const closer = new Closer(stage, () => /** @type {HTMLElement|null} */ (byId("photo").firstElementChild));
let isOpen = false;

/** @type {import("../lib/session.js").Hooks["show"]} */
function show({ assignment, img }, before) {
  closer.reset();
  document.body.dataset.view = "photo";
  byId("photo").replaceChildren(img);
  showCredit(assignment.image);
  open(true);
  if (before) toast(before.detail ?? say("reopened", { label: String(before.memo ?? "") }));
  else toast(session.isGrid ? session.reasonWords : session.notice);
  session.notice = "";
  byId("hint").hidden = session.tally.today > 0;
  if (!document.querySelector("dialog[open]")) stage.focus({ preventScroll: true });
}

/** @type {import("./screening.js").GridHooks["showGrid"]} */
function showGrid(assignments, marks, isAgain) {
  closer.reset();
  byId("photo").replaceChildren();
  byId("hint").hidden = true;
  if (document.body.dataset.view === "photo") toast("");
  document.body.dataset.view = "grid";
  open(true);
  grid.show(assignments, marks, isAgain);
  if (!document.querySelector("dialog[open]")) grid.focus(0);
}

/** @type {import("./screening.js").GridHooks["become"]} */
function become(mode) {
  document.body.dataset.mode = mode;
  const button = byId("mode");
  button.hidden = !page.campaign.has_grid;
  setText(byId("mode-text"), say(`mode.${mode}`));
}

function hide() {
  open(false);
}

function submitGrid() {
  if (!isOpen || document.body.dataset.view !== "grid" || session.timing.age < SETTLE_MS) return;
  const { marks, seen } = grid.look();
  if (!seen.length && !marks.length) {
    session.tell(say("not_yet"));
    return;
  }
  open(false);
  session.submitGrid();
}

function switchMode() {
  if (page.campaign.has_grid) session.become(session.isGrid ? "single" : "grid");
}

/** @param {boolean} now */
function open(now) {
  isOpen = now;
  document.body.dataset.open = String(now);
  byId("problem").setAttribute("aria-disabled", String(!now));
  byId("submit-grid").setAttribute("aria-disabled", String(!now));
  grid.watch();
  for (const button of answers.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", String(!now));
  }
  showLast();
}

function showLast() {
  const label = session.canGoBack && !session.isGrid ? session.last?.memo : null;
  byId("go-back").hidden = !session.canGoBack && !session.canUndoGrid;
  byId("last").hidden = !label;
  if (label) setText(byId("last"), say("last", { label: String(label) }));
}

/** @param {{outcome: string, label: string|null, comment?: string}} answer @param {string} words */
function send(answer, words) {
  if (!isOpen || session.timing.age < SETTLE_MS) return;
  open(false);
  flash(words);
  session.submit(answer, words);
}

/** What was chosen, at the edge, while the next photo is already there. @param {string} text */
function flash(text) {
  const place = byId("flash");
  setText(place, text);
  place.hidden = false;
  setTimeout(() => (place.hidden = true), FLASH_MS);
}

/** @param {Element|null} button */
function press(button) {
  const { label = null, outcome = "answered" } = /** @type {HTMLElement} */ (button).dataset;
  send({ outcome, label }, wordsOf(button));
}

/** @param {Element|null} button */
const wordsOf = (button) => button?.querySelector("span")?.textContent ?? "";

/** @param {KeyboardEvent} event */
function keyed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === "Enter" && event.repeat) event.preventDefault();
  if (document.querySelector("dialog[open]") || target.matches("input, select, textarea")) return;
  if (document.body.dataset.view === "grid") {
    gridKeyed(event);
    return;
  }
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  if (command.do === "answer") {
    const name = command.label ? `[data-label=${command.label}]` : "[data-outcome=cant_tell]";
    press(answers.querySelector(name));
  } else run[command.do]();
}

/** @param {KeyboardEvent} event */
function gridKeyed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const isElsewhere = target.closest("button, a") && !target.closest("#grid");
  const isPress = event.key === "Enter" || event.key === " ";
  if (isElsewhere && isPress) return; // it is that button's
  const command = gridCommandOf(event, { at: grid.at, count: grid.tiles.length, columns: grid.columns });
  if (!command) return;
  event.preventDefault();
  if (command.do === "move") grid.focus(command.to);
  else if (command.do === "toggle") grid.toggle(grid.at);
  else if (command.do === "submit") submitGrid();
  else if (command.do === "closer") grid.enlarge();
  else run[command.do]();
}

function goBack() {
  if (!session.goBack()) session.tell(say("too_late"));
}

/** @type {Record<"problem"|"undo"|"closer"|"help"|"keys"|"unzoom"|"mode", () => void>} */
const run = {
  problem: () => isOpen && dialog("problem-menu").showModal(),
  undo: goBack,
  closer: () => closer.toggle(),
  help: () => dialog("instructions").showModal(),
  keys: showKeys,
  unzoom: () => closer.reset(),
  mode: switchMode,
};

byId("task").addEventListener("keydown", keyed);
answers.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button");
  if (button) press(button);
});
dialog("problem-menu").addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target);
  const { reason } = button.dataset;
  if (!reason) return;
  dialog("problem-menu").close();
  send({ outcome: "problem", label: null, comment: reason }, button.textContent ?? "");
});
byId("problem").addEventListener("click", run.problem);
byId("go-back").addEventListener("click", goBack);
byId("mode").addEventListener("click", switchMode);
byId("submit-grid").addEventListener("click", submitGrid);
byId("open-instructions").addEventListener("click", run.help);
setInterval(showLast, 5000);
session.start();
