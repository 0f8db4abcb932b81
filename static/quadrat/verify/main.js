// @ts-check
/** The verification page, mode A: one photo, one key. */
import { byId, dialog, readJson, say, setText } from "../lib/dom.js";
import { showCredit, toast } from "../lib/notice.js";
import { Session } from "../lib/session.js";
import { Closer } from "./closer.js";
import { commandOf } from "./keys.js";

const SETTLE_MS = 200;
const FLASH_MS = 150;

const page = readJson("page-data");
const stage = byId("stage");
const answers = byId("answers");
const session = new Session(page, { show, hide, tell: toast });
const closer = new Closer(stage, () => /** @type {HTMLElement|null} */ (byId("photo").firstElementChild));
let isOpen = false;

/** @type {import("../lib/session.js").Hooks["show"]} */
function show({ assignment, img }, before) {
  closer.reset();
  byId("photo").replaceChildren(img);
  showCredit(assignment.image);
  open(true);
  toast(before ? before.detail ?? say("reopened", { label: String(before.memo ?? "") }) : "");
  byId("hint").hidden = session.tally.today > 0;
  if (!document.querySelector("dialog[open]")) stage.focus({ preventScroll: true });
}

function hide() {
  open(false);
}

/** @param {boolean} now */
function open(now) {
  isOpen = now;
  document.body.dataset.open = String(now);
  byId("problem").setAttribute("aria-disabled", String(!now));
  for (const button of answers.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", String(!now));
  }
  showLast();
}

function showLast() {
  const label = session.canGoBack ? session.last?.memo : null;
  byId("go-back").hidden = !session.canGoBack;
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
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  if (command.do === "answer") {
    const name = command.label ? `[data-label=${command.label}]` : "[data-outcome=cant_tell]";
    press(answers.querySelector(name));
  } else run[command.do]();
}

function goBack() {
  if (!session.goBack()) session.tell(say("too_late"));
}

/** @type {Record<"problem"|"undo"|"closer"|"help"|"unzoom", () => void>} */
const run = {
  problem: () => isOpen && dialog("problem-menu").showModal(),
  undo: goBack,
  closer: () => closer.toggle(),
  help: () => dialog("instructions").showModal(),
  unzoom: () => closer.reset(),
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
byId("open-instructions").addEventListener("click", run.help);
setInterval(showLast, 5000);
session.start();
