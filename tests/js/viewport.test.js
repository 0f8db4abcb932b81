// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, fitBox, panBy, toImage, toScreen, zoomAt } from "../../static/quadrat/editor/viewport.js";

const SIZE = { w: 4000, h: 3000 };
const STAGE = { w: 1160, h: 788 };

/** @param {number} actual @param {number} expected */
const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

test("the whole photo is shown with a margin of 16 pixels", () => {
  const view = fit(SIZE, STAGE);
  const [x, y, w, h] = toScreen(view, [0, 0, SIZE.w, SIZE.h]);
  near(y, 16);
  near(h, STAGE.h - 32);
  near(x + w / 2, STAGE.w / 2);
});

test("screen to image and back is exact", () => {
  const view = zoomAt(fit(SIZE, STAGE), 3.7, { x: 400, y: 300 }, SIZE, STAGE);
  const at = toImage(view, { x: 612.25, y: 144.5 });
  const [x, y] = toScreen(view, [at.x, at.y, 0, 0]);
  near(x, 612.25);
  near(y, 144.5);
});

test("zooming keeps the point under the pointer", () => {
  const before = fit(SIZE, STAGE);
  const pointer = { x: 500, y: 400 };
  const after = zoomAt(before, 4, pointer, SIZE, STAGE);
  near(toImage(after, pointer).x, toImage(before, pointer).x);
  near(toImage(after, pointer).y, toImage(before, pointer).y);
});

test("zoom ends at 16 times and at 0.8 times the whole photo", () => {
  const whole = fit(SIZE, STAGE);
  const at = { x: 0, y: 0 };
  near(zoomAt(whole, 1000, at, SIZE, STAGE).scale, whole.scale * 16);
  near(zoomAt(whole, 0.001, at, SIZE, STAGE).scale, whole.scale * 0.8);
});

test("a photo can not be pushed off the stage", () => {
  const close = zoomAt(fit(SIZE, STAGE), 4, { x: 580, y: 394 }, SIZE, STAGE);
  near(panBy(close, 1e6, 0, SIZE, STAGE).x, 16);
  near(panBy(close, -1e6, 0, SIZE, STAGE).x, STAGE.w - SIZE.w * close.scale - 16);
});

test("zooming to a box brings it to the middle", () => {
  const view = fitBox([1800, 1400, 400, 200], SIZE, STAGE);
  const [x, y, w, h] = toScreen(view, [1800, 1400, 400, 200]);
  near(x + w / 2, STAGE.w / 2);
  near(y + h / 2, STAGE.h / 2);
});
