// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../static/quadrat/editor/draft.js";
import { Outbox, fateOf } from "../../static/quadrat/lib/outbox.js";
import { Storage } from "../../static/quadrat/lib/storage.js";

/** A server whose replies are told beforehand; 200 when there are no more. @param {number[]} replies */
function world(replies = []) {
  const seen = /** @type {string[]} */ ([]);
  const settled = /** @type {string[]} */ ([]);
  const delays = /** @type {number[]} */ ([]);
  const timers = /** @type {(() => void)[]} */ ([]);
  const storage = new Storage(null);
  let clock = 1_000;
  const open = (worker = "ada") =>
    new Outbox({
      storage,
      worker,
      send: async (entry) => {
        seen.push(entry.body.idempotency_key);
        return { status: replies.shift() ?? 200, body: { detail: "told" } };
      },
      later: (run, seconds) => {
        delays.push(seconds);
        timers.push(run);
      },
      onChange: () => {},
      onSettled: (entry, fate) => settled.push(`${entry.body.idempotency_key} ${fate}`),
      now: () => (clock += 1),
    });
  return { seen, settled, delays, timers, storage, open };
}

/** @param {string} key @param {string} [assignment] */
const answer = (key, assignment = key) => ({
  url: `/api/assignments/${assignment}/annotation/`,
  body: { idempotency_key: key, outcome: "nothing" },
  assignment: { id: assignment },
});

const settle = () => new Promise((done) => setTimeout(done, 5));

test("an answer leaves the outbox only when the server has it", async () => {
  const { open, seen, settled } = world();
  const outbox = open();
  outbox.put(answer("k1"));
  assert.equal(outbox.waiting.length, 1);
  await settle();
  assert.deepEqual(seen, ["k1"]);
  assert.deepEqual(settled, ["k1 stored"]);
  assert.equal(outbox.entries.length, 0);
  assert.equal(outbox.state, "saved");
});

test("every retry has the same key, and waits longer up to a minute", async () => {
  const { open, seen, delays, timers } = world([0, 500, 503, 0, 0, 0, 0, 0]);
  const outbox = open();
  outbox.put(answer("k1"));
  await settle();
  while (timers.length) {
    timers.shift()?.();
    await settle();
  }
  assert.deepEqual(new Set(seen), new Set(["k1"]));
  assert.deepEqual(delays, [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.equal(outbox.entries.length, 0);
});

test("answers given offline are sent in their order when the line is back", async () => {
  const { open, seen } = world([0, 0, 0]);
  const outbox = open();
  for (const key of ["k1", "k2", "k3"]) {
    outbox.put(answer(key));
    await settle();
  }
  assert.equal(outbox.waiting.length, 3);
  assert.equal(outbox.state, "offline");
  seen.length = 0;
  await outbox.flush();
  assert.deepEqual(seen, ["k1", "k2", "k3"]);
});

test("a server error on one answer does not hold up the others", async () => {
  const { open, settled } = world([0, 0, 500, 200]);
  const outbox = open();
  outbox.put(answer("k1"));
  await settle();
  outbox.put(answer("k2"));
  await settle();
  await outbox.flush();
  assert.deepEqual(settled, ["k2 stored"]);
  assert.equal(outbox.waiting.length, 1);
});

test("a refused answer stays until the worker corrects it", async () => {
  const { open, settled } = world([422]);
  const outbox = open();
  outbox.put(answer("k1", "a"));
  await settle();
  assert.deepEqual(settled, ["k1 refused"]);
  assert.equal(outbox.entries.length, 1);
  assert.equal(outbox.waiting.length, 0);
  outbox.put(answer("k2", "a"));
  await settle();
  assert.deepEqual(settled, ["k1 refused", "k2 stored"]);
  assert.equal(outbox.entries.length, 0);
});

test("a later answer to the same assignment takes the place of one still waiting", async () => {
  const { open, seen } = world([0]);
  const outbox = open();
  outbox.put(answer("k1", "a"));
  await settle();
  outbox.put(answer("k2", "a"));
  await settle();
  assert.deepEqual(seen, ["k1", "k2"]);
  assert.equal(outbox.entries.length, 0);
});

test("signed out, nothing is lost and nothing is sent again and again", async () => {
  const { open, delays, storage } = world([403]);
  open().put(answer("k1"));
  await settle();
  assert.deepEqual(delays, []);
  const afterSignIn = open();
  assert.equal(afterSignIn.storage, storage);
  await afterSignIn.flush();
  assert.equal(afterSignIn.entries.length, 0);
});

test("two workers on one device never send each other's answers", async () => {
  const { open, seen } = world([0]);
  open("ada").put(answer("k1"));
  await settle();
  seen.length = 0;
  await open("ben").flush();
  assert.deepEqual(seen, []);
  assert.equal(open("ada").entries.length, 1);
});

test("each status has its fate", () => {
  const fates = [200, 201, 409, 404, 422, 401, 403, 0, 429, 500].map(fateOf);
  assert.deepEqual(fates, [
    "stored", "stored", "gone", "gone", "refused", "signed_out", "signed_out", "retry", "retry", "retry",
  ]);
});

test("a full disk falls back to memory and says so", () => {
  const full = /** @type {any} */ ({
    length: 0,
    getItem: () => null,
    setItem: () => {
      throw new Error("quota");
    },
    removeItem: () => {},
    key: () => null,
  });
  const storage = new Storage(full);
  assert.equal(storage.isLasting, true);
  storage.write("quadrat:x", { a: 1 });
  assert.deepEqual(storage.read("quadrat:x"), { a: 1 });
  assert.equal(storage.isLasting, false);
});

test("drafts come back for their worker and assignment, and are forgotten after two weeks", () => {
  const storage = new Storage(null);
  let now = 0;
  const drafts = new Drafts(storage, "ada", () => now);
  const boxes = /** @type {any} */ ([{ id: 1, bbox: [0, 0, 9, 9] }]);
  drafts.save("a", boxes);
  assert.deepEqual(drafts.restore("a"), boxes);
  assert.deepEqual(drafts.restore("b"), []);
  assert.deepEqual(new Drafts(storage, "ben").restore("a"), []);
  now = 15 * 24 * 3600 * 1000;
  drafts.prune();
  assert.deepEqual(drafts.restore("a"), []);
});
