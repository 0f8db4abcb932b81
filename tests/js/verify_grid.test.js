// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ahead } from "../../static/quadrat/verify/ahead.js";
import { commandOf, gridCommandOf } from "../../static/quadrat/verify/keys.js";
import { Sight, isLargeEnough } from "../../static/quadrat/verify/sight.js";
import { sorted } from "../../static/quadrat/verify/sorting.js";

test("a photo is seen after 300 ms in sight, in pieces as well", () => {
  let now = 0;
  const sight = new Sight(() => now);
  sight.open(true);
  sight.place("a", true);
  now = 200;
  sight.place("a", false);
  now = 5_000;
  assert.equal(sight.ms("a"), 200);
  assert.equal(sight.isSeen("a"), false);
  sight.place("a", true);
  now = 5_100;
  assert.equal(sight.isSeen("a"), true);
  assert.equal(sight.isSeen("b"), false);
});

test("nobody sees the grid through a dialog or in a hidden tab", () => {
  let now = 0;
  const sight = new Sight(() => now);
  sight.place("a", true);
  now = 1_000;
  assert.equal(sight.ms("a"), 0);
  sight.open(true);
  now = 1_100;
  sight.open(false);
  now = 9_000;
  assert.equal(sight.ms("a"), 100);
  sight.add("a", 250);
  assert.equal(sight.isSeen("a"), true);
  sight.clear();
  assert.equal(sight.isSeen("a"), false);
});

test("a sliver or a speck cannot be judged", () => {
  assert.equal(isLargeEnough(0.8, { width: 200, height: 150 }), true);
  assert.equal(isLargeEnough(0.7, { width: 200, height: 150 }), false);
  assert.equal(isLargeEnough(1, { width: 200, height: 79 }), false);
});

/** @param {Partial<KeyboardEvent>} event @param {number} at */
const press = (event, at = 0) =>
  gridCommandOf({ code: "", key: "", repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...event }, { at, count: 24, columns: 6 });

test("arrows stay in the grid", () => {
  assert.deepEqual(press({ key: "ArrowRight" }), { do: "move", to: 1 });
  assert.deepEqual(press({ key: "ArrowDown" }, 3), { do: "move", to: 9 });
  assert.deepEqual(press({ key: "ArrowDown" }, 20), { do: "move", to: 20 });
  assert.deepEqual(press({ key: "ArrowLeft" }), { do: "move", to: 0 });
  assert.deepEqual(press({ key: "End" }), { do: "move", to: 23 });
});

test("a held key moves on, but never submits or marks", () => {
  assert.deepEqual(press({ key: "Enter" }), { do: "submit" });
  assert.equal(press({ key: "Enter", repeat: true }), null);
  assert.equal(press({ key: " ", repeat: true }), null);
  assert.deepEqual(press({ key: "ArrowRight", repeat: true }), { do: "move", to: 1 });
  assert.equal(press({ key: "Enter", ctrlKey: true }), null);
});

/** A stroke of a key. @param {string} code @param {string} key @param {object} [more] */
const stroke = (code, key, more = {}) => /** @type {any} */ ({ code, key, repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("digits go by their place, so that every layout and the number pad work", () => {
  assert.deepEqual(commandOf(stroke("Digit2", "é")), { do: "answer", outcome: "answered", label: "tracks" });
  assert.deepEqual(commandOf(stroke("Numpad5", "5")), { do: "answer", outcome: "answered", label: "remains" });
  assert.deepEqual(commandOf(stroke("Digit0", "à")), { do: "answer", outcome: "cant_tell", label: null });
  assert.equal(commandOf(stroke("Digit6", "6")), null);
});

test("letters go by what is printed on the key, or by its place where that is no Latin letter", () => {
  assert.deepEqual(commandOf(stroke("KeyW", "z")), { do: "closer" }, "French keyboard");
  assert.deepEqual(commandOf(stroke("KeyY", "z")), { do: "closer" }, "German keyboard");
  assert.equal(commandOf(stroke("KeyZ", "w")), null);
  assert.deepEqual(commandOf(stroke("KeyP", "з")), { do: "problem" }, "Russian keyboard");
  assert.deepEqual(commandOf(stroke("KeyK", "K")), { do: "keys" });
  const place = { at: 0, count: 24, columns: 6 };
  assert.deepEqual(gridCommandOf(stroke("KeyW", "z"), place), { do: "closer" });
  assert.deepEqual(gridCommandOf(stroke("KeyG", "п"), place), { do: "mode" });
});

test("a held key and a shortcut of the browser answer nothing", () => {
  assert.equal(commandOf(stroke("Digit1", "1", { repeat: true })), null);
  assert.equal(commandOf(stroke("Digit1", "1", { ctrlKey: true })), null);
  assert.equal(commandOf(stroke("KeyP", "p", { metaKey: true })), null);
});

/** Assignments of these ids. @param {string} ids */
const some = (ids) => /** @type {any[]} */ ([...ids].map((id) => ({ id })));
/** @param {{id: string}[]} all */
const named = (all) => all.map(({ id }) => id).join("");

test("a look at a grid: seen, marked, broken and unseen photos go four ways", () => {
  const look = { marks: ["b"], seen: ["a", "b", "d"], broken: ["c", "d"], ms: {} };
  const found = sorted(some("abcde"), look, new Map());
  assert.equal(named(found.plain), "a");
  assert.equal(named(found.reasons), "bcd", "the marked one first");
  assert.equal(named(found.unseen), "e");
  assert.deepEqual([...found.verdicts], [["a", "animal"]]);
});

test("a grid submitted again sends only what has changed", () => {
  const before = new Map([["a", "animal"], ["b", "animal"]]);
  const found = sorted(some("abc"), { marks: ["b"], seen: ["a", "c"], broken: [], ms: {} }, before);
  assert.equal(named(found.fresh), "c");
  assert.equal(named(found.withdrawn), "b");
  assert.equal(found.verdicts.get("b"), "cant_tell");
});

/** A server with photos a to z, of which those in `held` come first. */
function shelf() {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const counts = /** @type {number[]} */ ([]);
  const fetched = /** @type {string[]} */ ([]);
  const ahead = new Ahead(
    async (count) => {
      counts.push(count);
      return { status: 201, body: { assignments: some(letters.slice(0, count)) } };
    },
    ({ id }) => fetched.push(id),
  );
  return { ahead, counts, fetched };
}

test("the next grid is claimed beside the one in sight, and its photos are fetched", async () => {
  const { ahead, counts, fetched } = shelf();
  await ahead.fetch(4, some("abcd"), () => false);
  assert.deepEqual(counts, [8]);
  assert.equal(fetched.join(""), "efgh");
  assert.equal(named(ahead.take(3)), "efg");
  assert.equal(ahead.isAll, false);
  ahead.putBack(some("xy"));
  assert.equal(named(ahead.waiting), "xyh");
});

test("what was answered meanwhile, or is known, does not come again", async () => {
  const { ahead } = shelf();
  await ahead.fetch(4, some("ab"), (id) => id === "c");
  await ahead.fetch(2, some("ab"), (id) => id === "c");
  assert.equal(named(ahead.waiting), "defg");
});

test("what arrives after a change of mode is left alone", async () => {
  const { ahead } = shelf();
  const arriving = ahead.fetch(4, [], () => false);
  ahead.clear();
  await arriving;
  assert.equal(ahead.waiting.length, 0);
});

test("at the end of a campaign it is known that there is no more", async () => {
  const { ahead } = shelf();
  await ahead.fetch(24, some("abcdefghijklmnopqrstuvwx"), () => false);
  assert.equal(named(ahead.waiting), "yz");
  assert.equal(ahead.isAll, true);
});
