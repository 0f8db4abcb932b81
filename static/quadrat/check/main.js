// @ts-check
/** The page of checks: one question at a time about the boxes that others have drawn. */
import { Drafts } from "../editor/draft.js";
import { announce } from "../lib/announce.js";
import { byId, dialog, make, readJson, say, setText } from "../lib/dom.js";
import { showKeys } from "../lib/instructions.js";
import { showCredit, toast } from "../lib/notice.js";
import { commandOf } from "./keys.js";
import { answer, back, begin, isDone, placeOf, questionOf, resultOf, steps } from "./questions.js";
import { CheckSession } from "./session.js";
import { Sight } from "./sight.js";

const SETTLE_MS = 200;
const FLASH_MS = 150;

const page = readJson("page-data");
const stage = byId("stage");
const answers = byId("answers");
const sight = new Sight(stage, byId("photo"), byId("overlay"));
const session = new CheckSession(page, { show, hide: () => open(false), tell: toast });
const drafts = new Drafts(session.storage, page.worker.key);
const isRtl = document.documentElement.dir === "rtl";
let check = begin([]);
let isOpen = false;
let askedAt = 0;

/** @type {import("../lib/types.js").Hooks["show"]} */
function show({ assignment, img }, before) {
  const { image, id } = assignment;
  // the draft of an answer that stands is what was changed of it since
  const kept = /** @type {boolean[]} */ (/** @type {unknown} */ (drafts.restore(id)));
  const said = kept.length ? kept : /** @type {boolean[]} */ (before?.memo ?? []);
  check = begin(session.boxes, said);
  sight.setPhoto(img, image, check.boxes);
  showCredit(image);
  if (before) toast(before.detail ?? say("reopened"));
  else toast(check.said.length ? say("restored") : "");
  open(true);
  ask(true);
  const hasFocus = answers.contains(document.activeElement) || document.querySelector("dialog[open]");
  if (!hasFocus) stage.focus({ preventScroll: true });
}

/** @param {boolean} isNew another photo */
function ask(isNew) {
  const question = questionOf(check);
  const number = question.name === "tight" ? question.number : null;
  sight.look(number, isNew);
  byId("hint").hidden = session.tally.today > 0 || number !== 1;
  setText(byId("where"), whereOf(number));
  setText(byId("ask"), say(`ask.${question.name}`));
  announce(`${byId("where").textContent}. ${byId("ask").textContent}`);
  byId("steps").replaceChildren(...steps(check).map((step) => make("li", { "data-is": step })));
  askedAt = performance.now();
  showUndo();
}

/** @param {number|null} number of the box */
function whereOf(number) {
  const { length: n } = check.boxes;
  if (number === null) return n ? say("whole", { n }) : say("empty");
  return say("box", { i: number, of: n, place: say(placeOf(check.boxes[number - 1], sight.size)) });
}

/** @param {boolean} now */
function open(now) {
  isOpen = now;
  document.body.dataset.open = String(now);
  for (const button of document.querySelectorAll("#answers button, #problem, #cant-tell, #closer")) {
    button.setAttribute("aria-disabled", String(!now));
  }
  showUndo();
}

function showUndo() {
  byId("go-back").hidden = !(isOpen && check.said.length) && !session.canGoBack;
}

/** Nobody can have looked at what is there for less. */
const isSettled = () => isOpen && session.timing.age >= SETTLE_MS && performance.now() - askedAt >= SETTLE_MS;

/** @param {boolean} isYes */
function give(isYes) {
  if (!isSettled()) return;
  session.timing.act();
  flash(byId(isYes ? "yes" : "no"));
  check = answer(check, isYes);
  if (isDone(check)) send({ outcome: "answered", ...resultOf(check) });
  else {
    keep();
    ask(false);
  }
}

/** What is said of this photo so far survives a reload. */
function keep() {
  const { item } = session;
  const said = /** @type {any} */ (check.said);
  if (item) drafts.save(item.assignment.id, said);
}

/** @param {{outcome: string} & Record<string, unknown>} body */
function send(body) {
  open(false);
  drafts.clear(session.item?.assignment.id ?? "");
  session.submit(body, check.said);
}

/** @param {{outcome: string} & Record<string, unknown>} body */
function sendWhole(body) {
  if (isSettled()) send(body);
}

/** @param {HTMLElement} button */
function flash(button) {
  button.classList.add("is-said");
  setTimeout(() => button.classList.remove("is-said"), FLASH_MS);
}

/** One question back, also into the photo before. */
function undo() {
  const before = isOpen ? back(check) : null;
  if (before) {
    check = before;
    keep();
    ask(false);
  } else if (!session.goBack()) session.tell(say("too_late"));
}

/** @type {Record<import("./keys.js").Command, () => void>} */
const run = {
  yes: () => give(true),
  no: () => give(false),
  cantTell: () => sendWhole({ outcome: "cant_tell" }),
  undo,
  closer: () => isOpen && sight.toggle(),
  problem: () => isOpen && dialog("problem-menu").showModal(),
  help: () => dialog("instructions").showModal(),
  keys: showKeys,
};

byId("task").addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if ((event.key === "Enter" || event.key === " ") && event.repeat) event.preventDefault();
  if (document.querySelector("dialog[open]") || target.matches("input, select, textarea")) return;
  const command = commandOf(event, isRtl);
  if (!command) return;
  event.preventDefault();
  run[command]();
});
dialog("problem-menu").addEventListener("click", (event) => {
  const { reason } = /** @type {HTMLElement} */ (event.target).dataset;
  if (!reason) return;
  dialog("problem-menu").close();
  sendWhole({ outcome: "problem", comment: reason });
});
/** @type {[string, () => void][]} */
const buttons = [
  ["yes", run.yes],
  ["no", run.no],
  ["cant-tell", run.cantTell],
  ["closer", run.closer],
  ["problem", run.problem],
  ["go-back", undo],
  ["open-instructions", run.help],
];
for (const [id, press] of buttons) byId(id).addEventListener("click", press);
setInterval(showUndo, 5000);
drafts.prune();
session.start();
