// @ts-check
/** Once, a note that the campaign's instructions have changed since this worker was last here. */
import { announce } from "./announce.js";
import { byId, dialog } from "./dom.js";

/** @param {import("./session.js").Session} session @param {number} number of the newest version */
export function heed({ page, storage }, number) {
  const key = `quadrat:${page.worker.key}:told:${page.campaign.slug}`;
  const known = storage.read(key) ?? number;
  storage.write(key, Math.max(number, known));
  if (number > known) tellOfChange(page, number);
}

/** @param {any} page @param {number} number */
function tellOfChange(page, number) {
  const note = byId("changed");
  byId("changed-read").onclick = async () => {
    // a page that is open for longer has the old ones
    if (number > page.campaign.n_instructions && !(await bringUpToDate())) return;
    note.hidden = true;
    dialog("instructions").showModal();
  };
  byId("changed-close").onclick = () => (note.hidden = true);
  note.hidden = false;
  announce(note.querySelector("p")?.textContent ?? "");
}

/** Whether the newest text could be fetched; the photo and what is drawn on it stay as they are. */
async function bringUpToDate() {
  try {
    const html = await (await fetch(location.href, { credentials: "same-origin" })).text();
    const found = new DOMParser().parseFromString(html, "text/html").getElementById("own-instructions");
    if (found) byId("own-instructions").replaceChildren(...found.childNodes);
    return found !== null;
  } catch {
    return false;
  }
}
