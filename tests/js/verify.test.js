// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Storage } from "../../static/quadrat/lib/storage.js";
import { BatchOutbox, batchBody } from "../../static/quadrat/verify/batches.js";

/** A disk that grants everything. */
function disk() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
    key: (/** @type {number} */ i) => [...kept.keys()][i],
    get length() {
      return kept.size;
    },
  });
}

/**
 * A server that stores by key; `replies` are the statuses of its first answers, 200 afterwards.
 * @param {number[]} replies
 */
function world(replies = [], lasting = disk()) {
  const stored = /** @type {string[]} */ ([]);
  const sent = /** @type {string[][]} */ ([]);
  const settled = /** @type {string[]} */ ([]);
  const timers = /** @type {{run: () => void, seconds: number}[]} */ ([]);
  const refused = new Set();
  let clock = 1_000;
  const storage = new Storage(lasting);
  /** @param {import("../../static/quadrat/lib/outbox.js").Entry} entry */
  const store = ({ body: { idempotency_key: key } }) => {
    if (refused.has(key)) return { status: 422, body: { detail: "no" } };
    if (!stored.includes(key)) stored.push(key);
    return { status: 200, body: {} };
  };
  const box = new BatchOutbox({
    storage,
    worker: "ada",
    send: async (entry) => {
      sent.push([entry.body.idempotency_key]);
      const status = replies.shift() ?? 200;
      return status === 200 ? store(entry) : { status, body: null };
    },
    later: (run, seconds) => timers.push({ run, seconds }),
    onChange: () => {},
    onSettled: (entry, fate) => settled.push(`${entry.body.idempotency_key} ${fate}`),
    now: () => (clock += 1),
  });
  box.sendAll = async (entries) => {
    sent.push(entries.map(({ body }) => body.idempotency_key));
    const status = replies.shift() ?? 200;
    return { status, body: status === 200 ? { results: entries.map(store) } : null };
  };
  return { box, stored, sent, settled, timers, refused, storage };
}

/** @param {string|number} key @param {string} [assignment] */
const verdict = (key, assignment = `${key}`) => ({
  url: `/api/assignments/${assignment}/verdict/`,
  body: { idempotency_key: `${key}`, outcome: "answered", label: "animal" },
  assignment: { id: assignment },
});

const settle = () => new Promise((done) => setTimeout(done, 5));
const numbers = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => `k${i}`);

test("eight verdicts leave together, fewer after ten seconds", async () => {
  const { box, sent, timers } = world();
  for (const key of numbers(7)) box.put(verdict(key));
  await settle();
  assert.deepEqual(sent, []);
  assert.equal(box.state, "saving");
  assert.deepEqual(timers.map(({ seconds }) => seconds), [10]);
  box.put(verdict("k7"));
  await settle();
  assert.deepEqual(sent, [numbers(8)]);
  assert.equal(box.state, "saved");
  box.put(verdict("late"));
  timers[0].run();
  await settle();
  assert.deepEqual(sent[1], ["late"]);
});

test("every verdict is written down at its key press", () => {
  const { box, storage } = world();
  box.put(verdict("k1"));
  const [name] = storage.keys("quadrat:ada:outbox:");
  assert.equal(storage.read(name).body.idempotency_key, "k1");
});

test("what lies only in memory does not wait", async () => {
  const { box, sent } = world([], null);
  box.put(verdict("k1"));
  await settle();
  assert.deepEqual(sent, [["k1"]]);
});

test("taken back within the ten seconds, only the second thought is sent", async () => {
  const { box, stored, timers } = world();
  box.put(verdict("first", "a"));
  box.put(verdict("second", "a"));
  timers[0].run();
  await settle();
  assert.deepEqual(stored, ["second"]);
});

test("a grid of 24 is one request", async () => {
  const { box, sent } = world();
  await box.putAll(numbers(24).map((key) => verdict(key)));
  assert.deepEqual(sent, [numbers(24)]);
  assert.equal(box.entries.length, 0);
});

test("a lost reply is sent again with the same keys and stored once", async () => {
  const { box, sent, stored, timers } = world([0, 0]);
  await box.putAll(numbers(3).map((key) => verdict(key)));
  assert.equal(box.state, "offline");
  timers[0].run();
  await settle();
  timers[1].run();
  await settle();
  assert.deepEqual(sent, [numbers(3), numbers(3), numbers(3)]);
  assert.deepEqual(stored, numbers(3));
});

test("a batch that upsets the server is sent one by one, so that none holds up the others", async () => {
  const { box, stored, timers } = world([500, 500]);
  await box.putAll(numbers(3).map((key) => verdict(key)));
  assert.deepEqual(stored, ["k1", "k2"]);
  timers[0].run();
  await settle();
  assert.deepEqual(stored, ["k1", "k2", "k0"]);
  assert.equal(box.entries.length, 0);
});

test("one refused verdict of a batch comes back, the others are stored", async () => {
  const { box, stored, settled, refused } = world();
  refused.add("k1");
  await box.putAll(numbers(3).map((key) => verdict(key)));
  assert.deepEqual(stored, ["k0", "k2"]);
  assert.deepEqual(settled, ["k0 stored", "k1 refused", "k2 stored"]);
  assert.deepEqual(box.entries.map(({ refused: reasons }) => reasons.detail), ["no"]);
});

test("signed out, everything stays", async () => {
  const { box, settled } = world([403]);
  await box.putAll(numbers(3).map((key) => verdict(key)));
  assert.deepEqual(settled, ["k0 signed_out"]);
  assert.equal(box.waiting.length, 3);
  assert.equal(box.state, "signed_out");
});

test("a batch names the assignment of each verdict", () => {
  const { verdicts } = batchBody([{ name: "n", ...verdict("k", "a") }]);
  assert.deepEqual(verdicts, [{ idempotency_key: "k", outcome: "answered", label: "animal", assignment: "a" }]);
});
