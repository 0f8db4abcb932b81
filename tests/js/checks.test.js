// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf } from "../../static/quadrat/check/keys.js";
import { answer, back, begin, isDone, placeOf, questionOf, resultOf, steps } from "../../static/quadrat/check/questions.js";
import { viewOf } from "../../static/quadrat/check/sight.js";
import { toScreen } from "../../static/quadrat/editor/viewport.js";

/** @type {import("../../static/quadrat/check/questions.js").Bbox[]} */
const BOXES = [
  [0, 0, 100, 80],
  [500, 400, 300, 200],
];

test("each box is asked about, then the whole photo, and the answers keep their order", () => {
  let check = begin(BOXES);
  const asked = [];
  for (const isYes of [true, false, true]) {
    assert.equal(isDone(check), false);
    asked.push(questionOf(check));
    check = answer(check, isYes);
  }
  assert.deepEqual(asked, [{ name: "tight", number: 1 }, { name: "tight", number: 2 }, { name: "all" }]);
  assert.equal(isDone(check), true);
  assert.deepEqual(resultOf(check), { are_tight: [true, false], are_all_boxed: true });
});

test("a photo without a box is one question", () => {
  const check = begin([]);
  assert.deepEqual(questionOf(check), { name: "none" });
  assert.deepEqual(resultOf(answer(check, false)), { are_tight: [], are_all_boxed: false });
});

test("undo takes one answer back, and there is nothing before the first question", () => {
  const check = answer(begin(BOXES), true);
  assert.deepEqual(back(check), begin(BOXES));
  assert.equal(back(begin(BOXES)), null);
});

test("a photo that comes back is at its last question, and at the first where nothing was said", () => {
  const done = [true, true, false].reduce(answer, begin(BOXES));
  assert.deepEqual(begin(BOXES, done.said).said, [true, true]);
  assert.deepEqual(questionOf(begin(BOXES, done.said)), { name: "all" });
  assert.deepEqual(questionOf(begin(BOXES, [])), { name: "tight", number: 1 });
});

test("the dots say what was answered and where one is", () => {
  assert.deepEqual(steps(answer(begin(BOXES), false)), ["no", "now", "to_come"]);
});

test("a box is described by where its middle lies", () => {
  const size = { w: 900, h: 600 };
  assert.equal(placeOf(BOXES[0], size), "upper_left");
  assert.equal(placeOf(BOXES[1], size), "lower_right");
  assert.equal(placeOf([400, 250, 100, 100], size), "middle_centre");
  assert.equal(placeOf([890, 590, 20, 20], size), "lower_right");
});

test("keys: arrows by where the answers are, digits by their place, nothing while held", () => {
  const key = (/** @type {string} */ name, code = name) => ({
    key: name, code, repeat: false, ctrlKey: false, metaKey: false, altKey: false,
  });
  const said = [key("ArrowLeft"), key("1", "Numpad1"), key("é", "Digit2"), key("0", "Digit0")].map((one) => commandOf(one));
  assert.deepEqual(said, ["yes", "yes", "no", "cantTell"]);
  assert.equal(commandOf(key("ArrowLeft"), true), "no");
  assert.equal(commandOf(key("я", "KeyZ")), "closer");
  assert.equal(commandOf({ ...key("1", "Digit1"), repeat: true }), null);
  assert.equal(commandOf({ ...key("1", "Digit1"), ctrlKey: true }), null);
});

test("a box is looked at from near, whole and with room around it", () => {
  const size = { w: 900, h: 600 };
  const stage = { w: 400, h: 300 };
  const look = { boxes: BOXES, size, at: { x: 0, y: 0 }, isOther: false };
  const [x, y, w, h] = toScreen(viewOf({ ...look, number: 2 }, stage), [...BOXES[1]]);
  assert.ok(x >= 0 && y >= 0 && x + w <= stage.w && y + h <= stage.h);
  assert.ok(w > 0.5 * stage.w || h > 0.5 * stage.h);
  const whole = viewOf({ ...look, number: null }, stage);
  assert.deepEqual(viewOf({ ...look, number: 2, isOther: true }, stage), whole);
  assert.equal(viewOf({ ...look, number: null, isOther: true }, stage).scale, 3 * whole.scale);
});
