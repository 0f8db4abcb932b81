// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../static/quadrat/dashboard/gallery_walk.js";

/** Five cards in rows of two. */
const cards = [0, 1, 2, 3, 4].map((n) => ({ n, offsetTop: Math.floor(n / 2) * 100, offsetLeft: (n % 2) * 80 }));

/** @param {number} from @param {string} key */
const after = (from, key) => step(cards, cards[from], `Arrow${key}`).n;

test("arrows walk along the rows and from row to row", () => {
  assert.deepEqual([after(0, "Right"), after(1, "Right"), after(2, "Left")], [1, 2, 1]);
  assert.deepEqual([after(1, "Down"), after(0, "Down"), after(4, "Up")], [3, 2, 2]);
});

test("at an edge they stay, and below the last of a short row they take the nearest", () => {
  assert.deepEqual([after(0, "Left"), after(4, "Right"), after(0, "Up"), after(4, "Down")], [0, 4, 0, 4]);
  assert.equal(after(3, "Down"), 4);
});
