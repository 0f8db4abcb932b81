// @ts-check
/** Before the first photo of a kind: four still cards, while the photos load. */

/** Where it stands that a worker knows what a kind of task is about. @param {any} page */
export const metKey = ({ worker, campaign }) => `quadrat:${worker.key}:met:${campaign.kind}`;

/** Whether there was something to show. @param {import("./session.js").Session} session */
export function welcome(session) {
  const { page, storage } = session;
  const start = document.getElementById("first-start");
  if (!start || storage.read(metKey(page))) return false;
  session.card("first");
  // before the photo comes, which says so where nothing can be kept
  start.addEventListener("click", () => storage.write(metKey(page), true), true);
  void session.supply.refill();
  return true;
}
