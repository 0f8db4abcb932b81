// @ts-check
/** A photo that does not load: once more, then a card, and the answer that it is broken. */
import { byId } from "./dom.js";
import { load, troubleWith } from "./supply.js";

/**
 * A photo that fails twice is reported; a lost connection is no fault of the photo.
 * @param {import("./session.js").Session} session @param {import("./supply.js").Item} item
 * @param {string} trouble
 */
export async function handleBroken(session, item, trouble) {
  const { turn } = session;
  const reply = await fetch(item.assignment.image.url, { cache: "reload" }).catch(() => null);
  if (turn !== session.turn) return;
  if (!reply) {
    session.card("offline");
    return;
  }
  const again = load(item.assignment);
  const isWell = !(await troubleWith(again));
  const size = (await reply.arrayBuffer().catch(() => new ArrayBuffer(0))).byteLength;
  if (turn !== session.turn) return;
  if (isWell) {
    await session.show(again, null);
    return;
  }
  session.card("broken");
  byId("broken-retry").onclick = () => void session.show(load(item.assignment), null);
  byId("broken-next").onclick = () => {
    const comment = `${trouble}: HTTP ${reply.status}, ${size} bytes`;
    session.submit({ outcome: "problem", comment }, null);
  };
}
