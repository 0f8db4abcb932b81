// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Actions } from "../../static/quadrat/editor/actions.js";
import { cursorAt, focusOf, pulled, visible } from "../../static/quadrat/editor/grip.js";
import { Settings } from "../../static/quadrat/editor/settings.js";
import { LOOK, PLAIN } from "../../static/quadrat/editor/sight.js";
import { Store } from "../../static/quadrat/editor/store.js";
import { fit, isWhole, toImage, toScreen } from "../../static/quadrat/editor/viewport.js";
import { Storage } from "../../static/quadrat/lib/storage.js";

const SIZE = { w: 4000, h: 3000 };
const STAGE = { w: 1160, h: 788 };

/** An open photo, with one box. */
function open(size = SIZE) {
  const store = new Store((run) => run());
  const actions = new Actions(store, 10, () => {});
  store.set({ stage: STAGE });
  store.open({ size, view: fit(size, STAGE), open: true }, []);
  actions.draw({ x: 100, y: 100 }, { x: 500, y: 400 }, "drag", "mouse", 0);
  return { store, actions, sight: actions.sight };
}

/** @param {number} actual @param {number} expected */
const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

for (const size of [SIZE, { w: 300, h: 200 }, { w: 30_000, h: 20_000 }]) {
  test(`1:1 is one screen pixel a pixel, in a photo of ${size.w}`, () => {
    const { store, sight } = open(size);
    sight.actual();
    near(store.state.view.scale, 1);
  });
}

test("a stage that changes its size keeps a closer look where it was", () => {
  const { store, sight } = open();
  sight.zoom(5, { x: 700, y: 300 });
  const middle = toImage(store.state.view, { x: STAGE.w / 2, y: STAGE.h / 2 });
  const { scale } = store.state.view;
  sight.resize({ w: 900, h: 600 });
  near(store.state.view.scale, scale);
  const after = toImage(store.state.view, { x: 450, y: 300 });
  near(after.x, middle.x);
  near(after.y, middle.y);
});

test("a stage that changes its size still shows the whole photo", () => {
  const { store, sight } = open();
  sight.resize({ w: 390, h: 571 });
  assert.deepEqual(store.state.view, fit(SIZE, { w: 390, h: 571 }));
  assert.ok(isWhole(store.state.view, SIZE, { w: 390, h: 571 }));
});

test("light has limits, and the next photo has its own", () => {
  const { store, sight } = open();
  for (let i = 0; i < 50; i += 1) sight.adjust("brightness", LOOK.step);
  for (let i = 0; i < 50; i += 1) sight.adjust("contrast", -LOOK.step);
  assert.deepEqual(store.state.look, { brightness: LOOK.most, contrast: LOOK.least });
  store.open({ size: SIZE, open: true }, []);
  assert.deepEqual(store.state.look, PLAIN);
});

test("the next photo shows its boxes, and keeps how the worker draws", () => {
  const { store, actions, sight } = open();
  actions.toggleMode();
  sight.toggleAlone();
  sight.toggleGuides();
  store.open({ size: SIZE, open: true }, []);
  const { mode, alone, guides } = store.state;
  assert.deepEqual([mode, alone, guides], ["extreme", false, false]);
});

test("what is hidden cannot be taken hold of", () => {
  const { store, actions, sight } = open();
  actions.draw({ x: 1000, y: 1000 }, { x: 2000, y: 2000 }, "drag", "mouse", 0);
  const [x, y] = toScreen(store.state.view, [100, 250, 0, 0]);
  assert.equal(cursorAt(store.state, { x, y }), "pointer");
  sight.toggleAlone();
  assert.deepEqual(visible(store.state).map(({ id }) => id), [2]);
  assert.equal(cursorAt(store.state, { x, y }), "crosshair");
  sight.bare(true);
  assert.deepEqual(visible(store.state), []);
});

test("the loupe looks at the corner that is pulled, not at the finger", () => {
  const { store } = open();
  const { state } = store;
  const [x, y, w, h] = toScreen(state.view, [100, 100, 400, 300]);
  /** @type {import("../../static/quadrat/editor/grip.js").Hold} */
  const hold = { kind: "resize", id: 1, bbox: [100, 100, 400, 300], handle: "se", at: { x: x + w + 15, y: y + h + 12 } };
  const at = { x: hold.at.x + 100 * state.view.scale, y: hold.at.y + 60 * state.view.scale };
  assert.deepEqual(pulled(hold, at, state), [100, 100, 500, 360]);
  assert.deepEqual(focusOf(hold, at, state), { x: 600, y: 460 });
});

test("a border that is pulled near to the photo's border is on it", () => {
  const { store } = open();
  const { state } = store;
  /** @type {import("../../static/quadrat/editor/grip.js").Hold} */
  const hold = { kind: "resize", id: 1, bbox: [100, 100, 400, 300], handle: "w", at: { x: 300, y: 300 } };
  const at = { x: 300 - 90 * state.view.scale, y: 300 };
  assert.deepEqual(pulled(hold, at, state), [0, 100, 500, 300]);
});

test("habits are kept for one worker and not for the next", () => {
  const storage = new Storage(null);
  const ada = new Settings(storage, "ada");
  const standard = { lefty: false, guides: true, keys: {}, hasKeys: true };
  assert.deepEqual(ada.read(), standard);
  ada.write({ lefty: true });
  ada.write({ guides: false });
  assert.deepEqual(new Settings(storage, "ada").read(), { ...standard, lefty: true, guides: false });
  assert.deepEqual(new Settings(storage, "ben").read(), standard);
});
