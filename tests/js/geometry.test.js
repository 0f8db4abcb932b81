// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  between,
  isBigEnough,
  isInside,
  move,
  moveEdge,
  nudge,
  resize,
  snapToImage,
} from "../../static/quadrat/editor/geometry.js";

const SIZE = { w: 4000, h: 3000 };

test("a box comes out the same from any two opposite corners", () => {
  const expected = [100, 200, 300, 400];
  const corners = [
    [100, 200, 400, 600],
    [400, 600, 100, 200],
    [400, 200, 100, 600],
    [100, 600, 400, 200],
  ];
  for (const [ax, ay, bx, by] of corners) {
    assert.deepEqual(between({ x: ax, y: ay }, { x: bx, y: by }, SIZE), expected);
  }
});

test("a box lies on the half pixel grid", () => {
  const box = between({ x: 10.26, y: 10.74 }, { x: 20.13, y: 20.9 }, SIZE);
  assert.deepEqual(box, [10.5, 10.5, 9.5, 10.5]);
});

test("a box drawn beyond the photo ends at its edge", () => {
  assert.deepEqual(between({ x: -50, y: 2900 }, { x: 100, y: 3100 }, SIZE), [0, 2900, 100, 100]);
});

test("points near the edge of the photo are pulled to it, others are not", () => {
  assert.deepEqual(snapToImage({ x: 5, y: 2995 }, SIZE, 6), { x: 0, y: 3000 });
  assert.deepEqual(snapToImage({ x: 7, y: 2993 }, SIZE, 6), { x: 7, y: 2993 });
});

test("a handle moves its own sides and leaves the opposite ones", () => {
  const box = /** @type {const} */ ([100, 100, 200, 200]);
  assert.deepEqual(resize([...box], "se", { x: 350, y: 320 }, SIZE), [100, 100, 250, 220]);
  assert.deepEqual(resize([...box], "n", { x: 999, y: 50 }, SIZE), [100, 50, 200, 250]);
});

test("a handle dragged across the opposite side turns the box over", () => {
  assert.deepEqual(resize([100, 100, 200, 200], "w", { x: 350, y: 0 }, SIZE), [300, 100, 50, 200]);
});

test("a moved box keeps its size at the edge of the photo", () => {
  assert.deepEqual(move([3900, 10, 100, 50], 70, -40, SIZE), [3900, 0, 100, 50]);
});

test("a nudge moves the whole box, or the chosen edge alone", () => {
  assert.deepEqual(nudge([10, 10, 20, 20], null, 5, 1, SIZE), [15, 11, 20, 20]);
  assert.deepEqual(nudge([10, 10, 20, 20], "right", 5, 1, SIZE), [10, 10, 25, 20]);
  assert.deepEqual(nudge([10, 10, 20, 20], "top", 5, 1, SIZE), [10, 11, 20, 19]);
  assert.deepEqual(moveEdge([10, 10, 20, 20], "left", 4, SIZE), [4, 10, 26, 20]);
});

test("a slip of the hand is no box, at any zoom", () => {
  assert.equal(isBigEnough([0, 0, 30, 30], 0.1), false); // 3 screen pixels
  assert.equal(isBigEnough([0, 0, 2.5, 30], 4), false); // less than 3 image pixels
  assert.equal(isBigEnough([0, 0, 3, 3], 4), true);
});

test("boxes with holes in their numbers or outside the photo are known", () => {
  assert.equal(isInside([0, 0, 4000, 3000], SIZE), true);
  assert.equal(isInside([1, 0, 4000, 3000], SIZE), false);
  assert.equal(isInside([0, 0, Number.NaN, 10], SIZE), false);
  assert.equal(isInside([0, 0, 0, 10], SIZE), false);
});
