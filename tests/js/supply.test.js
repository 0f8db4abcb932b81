// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Supply } from "../../static/quadrat/lib/supply.js";

/** What ends the loading of each photo that does not load at once. @type {Record<string, (isWell: boolean) => void>} */
const slow = {};

Object.assign(globalThis, {
  Image: class {
    src = "";
    async decode() {
      if (!this.src.startsWith("/slow")) return;
      const isWell = await new Promise((done) => (slow[this.src] = done));
      if (!isWell) throw new Error("broken");
    }
  },
});

/** @param {...string} ids */
const reply = (...ids) => ({
  status: ids.length ? 201 : 204,
  body: ids.length ? { assignments: ids.map((id) => ({ id, image: { url: `/${id}.jpg` } })) } : null,
});

/** A server with replies told beforehand, then nothing left. @param {ReturnType<typeof reply>[]} replies @param {number} [onTheirWay] */
function supplyOf(replies, onTheirWay = 0) {
  const asked = /** @type {number[]} */ ([]);
  const supply = new Supply(
    async (count) => {
      asked.push(count);
      return replies.shift() ?? reply();
    },
    () => onTheirWay,
  );
  return { supply, asked };
}

const idOf = (/** @type {any} */ next) => next.item?.assignment.id ?? null;

test("leases that come back with every claim are queued once", async () => {
  const { supply } = supplyOf([reply("a", "b"), reply("a", "b", "c"), reply("b", "c", "d")]);
  const shown = [];
  for (let i = 0; i < 4; i += 1) {
    shown.push(idOf(await supply.next()));
    await new Promise((done) => setTimeout(done, 1));
  }
  assert.deepEqual(shown, ["a", "b", "c", "d"]);
});

test("a claim that crossed an answer does not bring the photo back", async () => {
  const { supply } = supplyOf([reply("a"), reply("a"), reply("a", "b")]);
  assert.equal(idOf(await supply.next()), "a");
  supply.answered.add("a");
  assert.equal(idOf(await supply.next()), "b");
});

test("answers on their way are asked for on top, for their leases come back too", async () => {
  const { supply, asked } = supplyOf([reply("a", "b")], 5);
  await supply.next();
  assert.equal(asked[0], 7);
});

test("nothing left and not to be had now are told apart", async () => {
  const none = await supplyOf([]).supply.next();
  assert.equal(none.item === null && none.status, 204);
  const { supply } = supplyOf([reply("a"), reply("a"), reply("a")]);
  supply.answered.add("a");
  const later = await supply.next();
  assert.equal(later.item === null && later.status, 503);
});

test("photos are loaded one after the other, and one that is broken holds up none", async () => {
  const { supply } = supplyOf([reply("slow-a", "slow-b", "slow-c")]);
  const { item } = await supply.next();
  const [b, c] = supply.queue;
  const moment = () => new Promise((done) => setTimeout(done, 1));
  await moment();
  assert.deepEqual([item?.img.src, b.img.src, c.img.src], ["/slow-a.jpg", "", ""]);
  slow["/slow-a.jpg"](true);
  await moment();
  assert.deepEqual([b.img.src, c.img.src], ["/slow-b.jpg", ""]);
  slow["/slow-b.jpg"](false);
  assert.equal(await b.loaded, false);
  await moment();
  assert.equal(c.img.src, "/slow-c.jpg");
});
