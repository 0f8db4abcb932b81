// @ts-check
/** The box page: builds the parts and connects them. State flows one way, into the store and out to the painters. */
import { alarm, announce } from "../lib/announce.js";
import { byId, dialog, readJson, say, setText } from "../lib/dom.js";
import { showKeys } from "../lib/instructions.js";
import { showCredit, toast } from "../lib/notice.js";
import { Session } from "../lib/session.js";
import { Actions } from "./actions.js";
import { withReasons } from "./boxes.js";
import { Drafts } from "./draft.js";
import { Gestures } from "./gestures.js";
import { Keyboard } from "./keyboard.js";
import { Keymap } from "./keymap.js";
import { Panel } from "./panel.js";
import { Painter } from "./render.js";
import { Settings } from "./settings.js";
import { Store } from "./store.js";
import { Submitter } from "./submit.js";
import { Tools } from "./tools.js";
import { fit } from "./viewport.js";

const page = readJson("page-data");
const { max_boxes: maxBoxes } = page.campaign;
const stage = byId("stage");
const store = new Store();
// practice is this page with another source of photos and another end for answers
const Kind = page.practice ? (await import("../practice/session.js")).PracticeSession : Session;
const session = new Kind(page, { show, hide, tell: toast });
const drafts = new Drafts(session.storage, page.worker.key);
const actions = new Actions(store, maxBoxes, (key, values) => speak(key, values));
const painter = new Painter(byId("photo"), byId("overlay"));
const panel = new Panel(actions);
const settings = new Settings(session.storage, page.worker.key);
const toolbox = new Tools(actions, settings);
const keymap = new Keymap(settings);
/** @type {import("./loupe.js").Loupe|null} */
let loupe = null;
const gestures = new Gestures(stage, actions);
const submitter = new Submitter(session, actions, drafts, stage);

const REFUSALS = ["limit", "too_small", "outside", "submit_empty"];
const SHOWN = [
  ...REFUSALS, "armed", "cursor", "corner",
  "mode.extreme", "mode.corners", "point", "point_dropped", "brightness", "contrast", "hand.on", "hand.off",
];

/** Said to screen readers, and shown where it asks for something. @param {string} key @param {Record<string, string|number>} [values] */
function speak(key, values) {
  const text = say(key, values);
  if (REFUSALS.includes(key)) alarm(text);
  else announce(text);
  toast(SHOWN.includes(key) ? text : "");
}

/** @type {import("../lib/session.js").Hooks["show"]} */
function show({ assignment, img }, before) {
  const { image, id } = assignment;
  const size = { w: image.width, h: image.height };
  const kept = before ? /** @type {any[]} */ (before.memo ?? []) : drafts.restore(id);
  const boxes = before?.reasons ? withReasons(kept, before.reasons.boxes ?? {}) : kept;
  gestures.cancel();
  measure();
  painter.setPhoto(img);
  store.open({ size, view: fit(size, store.state.stage), open: true }, boxes);
  showCredit(image);
  if (!document.querySelector("dialog[open]")) stage.focus({ preventScroll: true });
  const found = kept.length ? say(before ? "reopened" : "restored", { n: kept.length }) : "";
  toast(before?.detail ?? found);
}

function hide() {
  gestures.cancel();
  store.set({ open: false });
}

function measure() {
  const { width, height } = stage.getBoundingClientRect();
  actions.sight.resize({ w: width, h: height });
}

/** @param {import("./types.js").State} state @param {import("./types.js").State} before */
function paintFooter(state, before) {
  if (state.history === before.history && state.open === before.open) return;
  const n = state.history.present.length;
  document.body.dataset.boxes = n ? "some" : "none";
  document.body.dataset.open = String(state.open);
  setText(byId("count"), say("count", { count: n, max: maxBoxes }));
  setText(byId("submit-text"), n ? say("submit", { n }) : say("submit_none"));
  byId("submit").setAttribute("aria-disabled", String(!n || !state.open));
  for (const id of ["nothing", "cant-tell", "problem"]) {
    byId(id).setAttribute("aria-disabled", String(!state.open));
  }
  byId("go-back").hidden = !session.canGoBack;
}

/** How to draw: the first time with two corners, always with four points. @param {import("./types.js").State} state */
function paintHints({ mode, points, open, history }) {
  const isFree = open && !history.present.length;
  byId("hint").hidden = !isFree || mode === "extreme" || session.tally.today > 0;
  byId("hint-points").hidden = mode !== "extreme" || !(isFree || points.length);
  setText(byId("hint-points"), say("points", { set: points.length }));
  setText(byId("no-boxes"), say(`no_boxes.${mode}`));
}

store.subscribe((state, before) => {
  painter.paint(state, before);
  panel.paint(state, before);
  toolbox.paint(state, before);
  if (state.press || before.press) loupe?.paint(state, painter.img);
  paintFooter(state, before);
  paintHints(state);
  const { item } = session;
  if (item && state.open && state.history !== before.history && before.open) {
    session.timing.act();
    drafts.save(item.assignment.id, state.history.present);
  }
});

new ResizeObserver(measure).observe(stage);
if (matchMedia("(any-pointer: coarse)").matches) {
  void import("./loupe.js").then(({ Loupe }) => {
    loupe = new Loupe(/** @type {HTMLCanvasElement} */ (byId("loupe")));
  });
}

/** @type {Record<string, () => void>} */
const tools = {
  "zoom-in": () => actions.sight.zoom(1.4),
  "zoom-out": () => actions.sight.zoom(1 / 1.4),
  "zoom-fit": () => actions.sight.fit(),
  undo: () => actions.undo(),
  redo: () => actions.redo(),
  delete: () => actions.remove(),
  duplicate: () => actions.duplicate(),
  "duplicate-too": () => actions.duplicate(),
  "open-instructions": () => dialog("instructions").showModal(),
};
for (const [id, run] of Object.entries(tools)) byId(id).addEventListener("click", run);

keymap.show();
byId("keys").addEventListener(
  "toggle",
  async () => new (await import("./keytable.js")).KeyTable(byId("keys"), keymap),
  { once: true },
);
new Keyboard(byId("task"), keymap, actions, gestures, {
  submit: () => submitter.submit(),
  nothing: () => submitter.nothing(),
  cantTell: () => submitter.send({ outcome: "cant_tell" }),
  problem: () => submitter.problem(),
  goBack: () => submitter.goBack(),
  help: tools["open-instructions"],
  keys: showKeys,
});
stage.addEventListener("pointerdown", () => session.timing.act());
setInterval(() => (byId("go-back").hidden = !session.canGoBack), 5000);
drafts.prune();
session.start();
