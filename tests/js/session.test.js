// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { left, renewalDelay, renewed, stateOf } from "../../static/quadrat/lib/lease.js";
import { Tally } from "../../static/quadrat/lib/tally.js";
import { Timing } from "../../static/quadrat/lib/timing.js";
import { commandOf } from "../../static/quadrat/verify/keys.js";

/** @param {number} minutes */
const lease = (minutes) => ({
  id: "a",
  server_time: "2026-01-01T00:00:00Z",
  lease_until: new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString(),
});

/** @param {Partial<KeyboardEvent>} event */
const press = (event) =>
  commandOf({ code: "", key: "", repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...event });

test("a lease is renewed after a third of it, at most a minute", () => {
  assert.equal(renewalDelay([lease(1), lease(10)]), 20_000);
  assert.equal(renewalDelay([lease(10)]), 60_000);
  assert.equal(renewalDelay([]), 60_000);
  assert.equal(renewalDelay([lease(0)]), 5_000);
});

test("time with the tab hidden and long pauses are counted apart", () => {
  let now = 100;
  const timing = new Timing(() => now);
  now = 600;
  timing.act();
  timing.hide(true);
  now = 10_600;
  timing.hide(false);
  now = 45_600;
  timing.act();
  const report = timing.report();
  assert.equal(report.first_ms, 500);
  assert.equal(report.hidden_ms, 10_000);
  assert.equal(report.idle_ms, 35_000);
  assert.equal(report.submit_ms, 45_500);
  assert.equal(report.visible_ms, 35_500);
});

test("until a photo is painted its age is nothing, however old the one before", () => {
  let now = 0;
  const timing = new Timing(() => now);
  now = 9_000;
  timing.wait();
  assert.equal(timing.age, 0);
  now = 9_700;
  timing.act();
  assert.equal(timing.age, 0);
  assert.equal(timing.report().visible_ms, 0);
  timing.restart();
  now = 9_800;
  assert.equal(timing.age, 100);
});

test("digits answer on every layout and on the number pad", () => {
  const tracks = { do: "answer", outcome: "answered", label: "tracks" };
  assert.deepEqual(press({ code: "Digit2", key: "é" }), tracks);
  assert.deepEqual(press({ code: "Numpad2", key: "2" }), tracks);
  assert.deepEqual(press({ code: "Digit0" }), { do: "answer", outcome: "cant_tell", label: null });
  assert.equal(press({ code: "Digit6" }), null);
});

test("a held key and a browser shortcut answer nothing", () => {
  assert.equal(press({ code: "Digit1", repeat: true }), null);
  assert.equal(press({ code: "Digit1", ctrlKey: true }), null);
});

test("a lease ends by this device's own count, however wrong its clock", () => {
  const held = { ...lease(10) };
  const now = Date.UTC(2031, 5, 1);
  assert.equal(left(held, now), 600_000);
  assert.equal(left(held, now + 590_000), 10_000);
});

test("the worker hears of the end two minutes before it, of a short lease half-way", () => {
  const held = { ...lease(10) };
  assert.equal(stateOf(held, 0), "");
  assert.equal(stateOf(held, 470_000), "");
  assert.equal(stateOf(held, 490_000), "near");
  assert.equal(stateOf(held, 600_000), "over");
  const short = { ...lease(1) };
  assert.equal(stateOf(short, 0), "");
  assert.equal(stateOf(short, 29_000), "");
  assert.equal(stateOf(short, 31_000), "near");
  assert.equal(stateOf(null, 0), "");
});

test("a renewal begins the count anew; a refusal says that it is lost; no word changes nothing", () => {
  const held = { ...lease(10) };
  left(held, 0);
  renewed(held, { status: 200, body: lease(10) }, 500_000);
  assert.equal(left(held, 500_000), 600_000);
  renewed(held, { status: 0, body: null }, 1_000_000);
  assert.equal(stateOf(held, 1_000_000), "near");
  renewed(held, { status: 201, body: { assignments: [lease(10)] } }, 1_000_000);
  assert.equal(stateOf(held, 1_000_000), "");
  renewed(held, { status: 409, body: { detail: "gone" } }, 1_000_000);
  assert.equal(stateOf(held, 1_000_000), "lost");
});

test("a rest is due after ten minutes of looking, too, but not after one or two photos", () => {
  const page = { cookie: "", getElementById: () => ({ textContent: "" }) };
  Object.assign(globalThis, { document: page });
  const kept = /** @type {any} */ ({ read: () => null, write: () => {} });
  const tally = new Tally(kept, "w", 20);
  const due = [125_000, 125_000, 125_000, 300_000, 1].map((ms) => {
    tally.count(ms);
    return tally.isRestDue;
  });
  assert.deepEqual(due, [false, false, false, false, true]);
  assert.match(page.cookie, /^timezone=/);
  tally.rest();
  assert.equal(tally.isRestDue, false);
});
