// @ts-check
/** At the end of a session: what the work has come to, in the server's words. */
import { make } from "./dom.js";
import { request } from "./http.js";

/** @param {import("./session.js").Session} session @param {HTMLElement} card */
export async function tellEnding({ page, tally }, card) {
  tally.rest();
  const { status, body } = await request("GET", page.urls.own);
  const place = card.querySelector("[data-own]");
  if (status !== 200 || !place) return;
  place.replaceChildren(...body.sentences.map((/** @type {string} */ line) => make("p", {}, line)));
}
