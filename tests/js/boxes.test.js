// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { add, neighbour, remove, reshape, toWire, withReasons } from "../../static/quadrat/editor/boxes.js";
import { hitTest } from "../../static/quadrat/editor/hit.js";
import * as history from "../../static/quadrat/editor/history.js";

/** @type {import("../../static/quadrat/editor/types.js").Manner} */
const BY_MOUSE = { method: "drag", pointer: "mouse", scale: 0.25 };
const VIEW = { scale: 1, x: 0, y: 0 };

/** @param {...import("../../static/quadrat/editor/types.js").Bbox} bboxes */
function boxesOf(...bboxes) {
  return bboxes.reduce((boxes, bbox) => add(boxes, bbox, BY_MOUSE, 800), /** @type {any[]} */ ([]));
}

test("an id is never given twice on a photo", () => {
  const boxes = add(remove(boxesOf([0, 0, 9, 9], [5, 5, 9, 9]), 1), [1, 1, 9, 9], BY_MOUSE, 1);
  assert.deepEqual(boxes.map((box) => box.id), [2, 3]);
});

test("the server is told how a box was made, and nothing of the page's own", () => {
  const [sent] = toWire(reshape(boxesOf([1, 2, 30, 40]), 1, [1, 2, 31, 40], BY_MOUSE));
  assert.deepEqual(sent, {
    bbox: [1, 2, 31, 40],
    method: "drag",
    pointer: "mouse",
    scale: 0.25,
    n_edits: 1,
    draw_ms: 800,
  });
});

test("the server's objection sits on its box until the box is changed", () => {
  const refused = withReasons(boxesOf([0, 0, 9, 9], [5, 5, 9, 9]), { 1: { bbox: ["Outside."] } });
  assert.deepEqual(refused.map((box) => box.reason), [undefined, "Outside."]);
  assert.equal(reshape(refused, 2, [4, 4, 9, 9], BY_MOUSE)[1].reason, undefined);
});

test("objections in a list with empty places are understood too", () => {
  const refused = withReasons(boxesOf([0, 0, 9, 9], [5, 5, 9, 9]), /** @type {any} */ ([{}, { bbox: ["Outside."] }]));
  assert.deepEqual(refused.map((box) => box.reason), [undefined, "Outside."]);
});

test("the next box after the last one is the first", () => {
  const boxes = boxesOf([0, 0, 9, 9], [5, 5, 9, 9]);
  assert.equal(neighbour(boxes, 2, 1), 1);
  assert.equal(neighbour(boxes, null, 1), 1);
  assert.equal(neighbour(boxes, null, -1), 2);
  assert.equal(neighbour([], null, 1), null);
});

test("the inside of a box never catches the pointer, its border and number do", () => {
  const boxes = boxesOf([100, 100, 300, 300]);
  assert.equal(hitTest(boxes, null, { x: 250, y: 250 }, VIEW, false), null);
  assert.deepEqual(hitTest(boxes, null, { x: 104, y: 250 }, VIEW, false), { part: "border", id: 1 });
  assert.deepEqual(hitTest(boxes, null, { x: 110, y: 88 }, VIEW, false), { part: "tag", id: 1 });
});

test("the inside of a selected box is free too, so that a box in a box can be drawn", () => {
  const boxes = boxesOf([100, 100, 300, 300]);
  assert.equal(hitTest(boxes, 1, { x: 250, y: 250 }, VIEW, false), null);
  const corner = hitTest(boxes, 1, { x: 402, y: 398 }, VIEW, false);
  assert.deepEqual(corner, { part: "handle", id: 1, handle: "se" });
});

test("handles of a small box leave room inside it", () => {
  const boxes = boxesOf([100, 100, 36, 36]);
  assert.equal(hitTest(boxes, 1, { x: 118, y: 118 }, VIEW, true), null);
});

test("undo and redo travel over deletions, and a new commit ends the future", () => {
  const one = boxesOf([0, 0, 9, 9]);
  let past = history.start(one);
  past = history.commit(past, remove(one, 1));
  past = history.undo(past);
  assert.equal(past.present, one);
  assert.deepEqual(history.redo(past).present, []);
  past = history.commit(past, boxesOf([1, 1, 9, 9]));
  assert.equal(history.redo(past).present, past.present);
});

test("history keeps fifty steps", () => {
  let past = history.start(0);
  for (let i = 1; i <= 80; i += 1) past = history.commit(past, i);
  for (let i = 0; i < 80; i += 1) past = history.undo(past);
  assert.equal(past.present, 30);
});
