// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { effortOf, together, written } from "../../static/quadrat/dashboard/estimate.js";

const wishes = { workers: { box: 3, verify: 2 }, price: 0.05, isHourly: false, more: 2, limit: 20 };
const row = { images: 1000, kind: "box", seconds: 9 };

test("an effort is photographs times workers, at most two more each", () => {
  const effort = { images: 1000, answers: 3000, most: 5000, hours: 7.5, cost: 150 };
  assert.deepEqual(effortOf(row, wishes), effort);
});

test("an hourly price is of the hours", () => {
  assert.equal(effortOf(row, { ...wishes, price: 12, isHourly: true }).cost, 90);
});

test("no photograph is asked about more often than a campaign allows", () => {
  assert.equal(effortOf(row, { ...wishes, workers: { box: 19 } }).most, 20_000);
});

test("nothing ticked is nothing", () => {
  assert.deepEqual(written(together([])), { images: "0", answers: "0", most: "0", hours: "0 min", cost: "0.00" });
});

test("efforts are written as the server writes them", () => {
  const words = written({ images: 12_345, answers: 37_035, most: 61_725, hours: 340.2, cost: 12_345.6 });
  assert.deepEqual(words, { images: "12,345", answers: "37,035", most: "61,725", hours: "340 h", cost: "12,346" });
  assert.equal(written(effortOf(row, wishes)).hours, "7.5 h");
});
