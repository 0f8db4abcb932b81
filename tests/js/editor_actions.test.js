// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Actions } from "../../static/quadrat/editor/actions.js";
import { Store } from "../../static/quadrat/editor/store.js";
import { fit } from "../../static/quadrat/editor/viewport.js";

const SIZE = { w: 4000, h: 3000 };
const STAGE = { w: 1160, h: 788 };

/** @type {string[]} */
let told = [];
let store = new Store((run) => run());
let actions = new Actions(store, 10, () => {});

beforeEach(() => {
  told = [];
  store = new Store((run) => run());
  actions = new Actions(store, 10, (key) => told.push(key));
  store.set({ stage: STAGE });
  store.open({ size: SIZE, view: fit(SIZE, STAGE), open: true }, []);
});

/** @param {number} x @param {number} y @param {number} w @param {number} h */
function draw(x, y, w, h) {
  actions.draw({ x, y }, { x: x + w, y: y + h }, "drag", "mouse", 800);
}

const bboxes = () => store.boxes.map(({ bbox }) => bbox);

test("four outermost points in any order make the box they touch", () => {
  actions.toggleMode();
  const points = [
    { x: 900, y: 500 },
    { x: 400, y: 800 },
    { x: 700, y: 1200 },
    { x: 600, y: 300 },
  ];
  for (const [i, point] of points.entries()) actions.addPoint(point, "mouse", 1000 + 400 * i);
  const [box] = store.boxes;
  assert.deepEqual(box.bbox, [400, 300, 500, 900]);
  assert.deepEqual([box.method, box.pointer, box.draw_ms], ["extreme", "mouse", 1200]);
  assert.equal(box.scale, store.state.view.scale);
  assert.deepEqual(store.state.points, []);
});

test("points are taken back one by one, by undo as well, before any box is", () => {
  draw(100, 100, 400, 400);
  actions.toggleMode();
  actions.addPoint({ x: 900, y: 500 }, "mouse", 0);
  actions.addPoint({ x: 700, y: 900 }, "mouse", 0);
  assert.equal(actions.dropPoint(), true);
  actions.undo();
  assert.deepEqual(store.state.points, []);
  assert.equal(store.boxes.length, 1);
  assert.equal(actions.dropPoint(), false);
  actions.undo();
  assert.equal(store.boxes.length, 0);
});

test("a box that undo or redo brings back is selected, whichever it was", () => {
  draw(100, 100, 400, 400);
  draw(600, 100, 400, 400);
  draw(1200, 100, 400, 400);
  const [first, second, third] = store.boxes.map(({ id }) => id);
  actions.remove(second);
  assert.equal(store.state.selected, null);
  actions.undo();
  assert.equal(store.state.selected, second);
  actions.select(first);
  actions.undo(); // the drawing of the third
  assert.equal(store.state.selected, first);
  actions.redo();
  assert.equal(store.state.selected, third);
});

test("undo takes back a first corner before it takes back a box", () => {
  draw(100, 100, 400, 400);
  store.set({ rubber: { from: { x: 1, y: 1 }, to: { x: 1, y: 1 }, armed: true } });
  actions.undo();
  assert.equal(store.state.rubber, null);
  assert.equal(store.boxes.length, 1);
});

test("no eleventh box, by points or as a copy, and it is said each time", () => {
  for (let i = 0; i < 10; i += 1) draw(300 * i, 100, 200, 200);
  assert.equal(store.boxes.length, 10);
  assert.deepEqual(told.slice(-1), ["limit"]);
  told = [];
  actions.addPoint({ x: 5, y: 5 }, "mouse", 0);
  actions.duplicate();
  assert.deepEqual(told, ["limit", "limit"]);
  assert.deepEqual([store.boxes.length, store.state.points.length], [10, 0]);
});

test("a copy is a box of its own, a little aside", () => {
  draw(100, 100, 400, 300);
  actions.duplicate();
  const [first, second] = store.boxes;
  assert.notEqual(first.id, second.id);
  assert.ok(second.bbox[0] > first.bbox[0] && second.bbox[1] > first.bbox[1]);
  assert.deepEqual(second.bbox.slice(2), [400, 300]);
  assert.equal(store.state.selected, second.id);
  actions.remove();
  assert.deepEqual(bboxes(), [[100, 100, 400, 300]]);
  actions.undo();
  actions.undo();
  assert.equal(store.boxes.length, 1);
});

test("a copy of a box in the last corner steps inwards", () => {
  draw(3600, 2700, 400, 300);
  actions.duplicate();
  const [x, y] = bboxes()[1];
  assert.ok(x < 3600 && y < 2700);
});

test("a box smaller than four screen pixels is refused when drawn, and said so", () => {
  draw(100, 100, 12, 400); // at fit, 12 image pixels are 3 screen pixels
  assert.deepEqual([store.boxes.length, told.slice(-1)[0]], [0, "too_small"]);
});

test("a small box drawn from near can be moved and made larger from afar, not smaller", () => {
  actions.sight.zoom(16);
  draw(100, 100, 12, 10);
  actions.sight.fit();
  const { id } = store.boxes[0];
  actions.reshape(id, [200, 100, 12, 10], "drag", "mouse");
  actions.reshape(id, [200, 100, 14, 10], "drag", "mouse");
  assert.deepEqual(bboxes(), [[200, 100, 14, 10]]);
  actions.reshape(id, [200, 100, 9, 10], "drag", "mouse");
  assert.deepEqual(bboxes(), [[200, 100, 14, 10]]);
  assert.equal(told.slice(-1)[0], "too_small");
});

test("numbers and keys are exact at any zoom, down to three image pixels", () => {
  draw(100, 100, 400, 400);
  const { id } = store.boxes[0];
  actions.reshape(id, [100.5, 200, 3, 8], "numbers", "keys");
  assert.deepEqual(bboxes(), [[100.5, 200, 3, 8]]);
  actions.reshape(id, [100.5, 200, 2.5, 8], "numbers", "keys");
  assert.equal(told.slice(-1)[0], "too_small");
  actions.reshape(id, [3999, 200, 8, 8], "numbers", "keys");
  assert.equal(told.slice(-1)[0], "outside");
  actions.reshape(id, [NaN, 200, 8, 8], "numbers", "keys");
  assert.equal(told.slice(-1)[0], "outside");
  assert.deepEqual(bboxes(), [[100.5, 200, 3, 8]]);
});

test("a key that is held is one step to undo", () => {
  draw(100, 100, 400, 400);
  for (let i = 0; i < 30; i += 1) actions.nudge(1, 0, "keys", "keys", i > 0);
  assert.deepEqual(bboxes(), [[130, 100, 400, 400]]);
  actions.undo();
  assert.deepEqual(bboxes(), [[100, 100, 400, 400]]);
  actions.redo();
  assert.deepEqual(bboxes(), [[130, 100, 400, 400]]);
});

test("the edge that was chosen is the one that moves", () => {
  draw(100, 100, 400, 400);
  actions.cycleEdge(); // left
  actions.nudge(-20, 5, "keys", "keys");
  assert.deepEqual(bboxes(), [[80, 100, 420, 400]]);
  actions.cycleEdge(); // top
  actions.nudge(7, -30, "keys", "keys");
  assert.deepEqual(bboxes(), [[80, 70, 420, 430]]);
});

test("points near the photo's border are on it", () => {
  const { view } = store.state;
  const nearly = { x: view.x + 4, y: view.y + SIZE.h * view.scale - 5 };
  assert.deepEqual(actions.pointAt(nearly), { x: 0, y: 3000 });
});
