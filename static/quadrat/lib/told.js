// @ts-check
/**
 * Of instructions that have changed since this worker was last here, a note, once.
 * @param {import("./session.js").Session} session
 * @param {number} [number] of the version that holds now; 0 where that is not said
 */
export function heed(session, number = 0) {
  const { page, storage } = session;
  const key = `quadrat:${page.worker.key}:told:${page.campaign.slug}`;
  const known = storage.read(key) ?? number;
  if (number > known) void import("./changed.js").then((more) => more.tellOfChange(session, number), () => {});
  if (number) storage.write(key, Math.max(number, known));
}
