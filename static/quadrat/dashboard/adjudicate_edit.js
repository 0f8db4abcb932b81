// @ts-check
/**
 * The editor on an organizer's page: the same parts as on the box page, with one photo, the
 * boxes that stand so far, and one end, which lets what is drawn stand.
 */
import { alarm, announce } from "../lib/announce.js";
import { byId, dialog, readJson, say, setText } from "../lib/dom.js";
import { request } from "../lib/http.js";
import { showCredit, toast } from "../lib/notice.js";
import { Storage } from "../lib/storage.js";
import { Actions } from "../editor/actions.js";
import { add, toWire, withReasons } from "../editor/boxes.js";
import { Gestures } from "../editor/gestures.js";
import { Keyboard } from "../editor/keyboard.js";
import { Keymap } from "../editor/keymap.js";
import { Panel } from "../editor/panel.js";
import { Painter } from "../editor/render.js";
import { Settings } from "../editor/settings.js";
import { Store } from "../editor/store.js";
import { Tools } from "../editor/tools.js";
import { fit } from "../editor/viewport.js";

const page = readJson("page-data");
const { image, urls } = page;
const { max_boxes: maxBoxes } = page.campaign;
const size = { w: image.width, h: image.height };
const stage = byId("stage");
const store = new Store();
const actions = new Actions(store, maxBoxes, speak);
const painter = new Painter(byId("photo"), byId("overlay"));
const panel = new Panel(actions);
const settings = new Settings(new Storage(), page.key);
const toolbox = new Tools(actions, settings);
const keymap = new Keymap(settings);
const gestures = new Gestures(stage, actions);
let isBusy = false;

const REFUSALS = ["limit", "too_small", "outside"];
const SHOWN = [...REFUSALS, "armed", "cursor", "corner", "mode.extreme", "mode.corners", "point", "hand.on", "hand.off"];

/** @param {string} key @param {Record<string, string|number>} [values] */
function speak(key, values) {
  const text = say(key, values);
  if (REFUSALS.includes(key)) alarm(text);
  else announce(text);
  toast(SHOWN.includes(key) ? text : "");
}

function measure() {
  const { width, height } = stage.getBoundingClientRect();
  actions.sight.resize({ w: width, h: height });
}

/** The boxes that stand so far, as if they had just been drawn. */
function given() {
  /** @type {import("../editor/types.js").Box[]} */
  let boxes = [];
  for (const bbox of page.boxes) {
    boxes = add(boxes, bbox, { method: "numbers", pointer: "keys", scale: 1 }, 0);
  }
  return boxes;
}

async function open() {
  const img = new Image(image.width, image.height);
  img.src = image.url;
  img.alt = "";
  await img.decode().catch(() => toast("The photo could not be loaded. Reload the page."));
  measure();
  painter.setPhoto(img);
  store.open({ size, view: fit(size, store.state.stage), open: true }, given());
  showCredit(image);
  stage.focus({ preventScroll: true });
}

/** @param {readonly import("../editor/types.js").Box[]} boxes */
async function save(boxes) {
  if (isBusy || !store.state.open) return;
  isBusy = true;
  const reason = /** @type {HTMLInputElement} */ (byId("reason")).value.trim();
  const wire = toWire(boxes).map(({ bbox }) => ({ bbox }));
  const body = { action: "edit", seen: page.seen, reason, boxes: wire };
  const { status, body: reply } = await request("POST", urls.save, body);
  if (status === 201) {
    location.assign(urls.next);
    return;
  }
  isBusy = false;
  if (status === 422 && reply?.errors?.boxes) {
    store.commit(withReasons(store.boxes, reply.errors.boxes), store.state.selected);
  }
  const said = reply?.detail ?? "The server cannot be reached. Your boxes are still here; try again.";
  alarm(said);
  toast(said);
}

function submit() {
  if (store.boxes.length) void save(store.boxes);
  else speak("submit_empty");
}

/** With boxes on the photo it asks first. */
function nothing() {
  if (store.boxes.length) dialog("clear-menu").showModal();
  else void save([]);
}

store.subscribe((state, before) => {
  painter.paint(state, before);
  panel.paint(state, before);
  toolbox.paint(state, before);
  const n = state.history.present.length;
  document.body.dataset.boxes = n ? "some" : "none";
  document.body.dataset.open = String(state.open);
  setText(byId("count"), say("count", { count: n, max: maxBoxes }));
  setText(byId("no-boxes"), say(`no_boxes.${state.mode}`));
  byId("submit").setAttribute("aria-disabled", String(!n || !state.open));
});
new ResizeObserver(measure).observe(stage);

/** @type {Record<string, () => void>} */
const pressed = {
  "zoom-in": () => actions.sight.zoom(1.4),
  "zoom-out": () => actions.sight.zoom(1 / 1.4),
  "zoom-fit": () => actions.sight.fit(),
  undo: () => actions.undo(),
  redo: () => actions.redo(),
  delete: () => actions.remove(),
  duplicate: () => actions.duplicate(),
  "duplicate-too": () => actions.duplicate(),
  submit,
  nothing,
  "clear-yes": () => void save([]),
};
for (const [id, run] of Object.entries(pressed)) byId(id).addEventListener("click", run);
const none = () => {};
const back = () => location.assign(urls.back);
new Keyboard(byId("task"), keymap, actions, gestures, {
  submit, nothing, cantTell: none, problem: none, goBack: back, help: none, keys: none,
});
keymap.show();
void open();
