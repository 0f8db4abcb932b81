// @ts-check
/**
 * What a look at a grid comes to: a photo that was seen and not marked shows the animal; one that
 * was marked is asked about, alone; so is one whose small photo did not load; the rest comes again.
 *
 * @typedef {import("../lib/supply.js").Assignment} Assignment
 * @typedef {object} Look
 * @property {string[]} marks
 * @property {string[]} seen
 * @property {string[]} broken
 * @property {Record<string, number>} ms  how long each was in sight
 *
 * @typedef {object} Sorted
 * @property {Assignment[]} plain      they show the animal
 * @property {Assignment[]} fresh      those of them that were not answered so before
 * @property {Assignment[]} withdrawn  answered so before, and marked after all
 * @property {Assignment[]} reasons    to be shown alone, the marked ones first
 * @property {Assignment[]} unseen
 * @property {Map<string, string>} verdicts  what each photo was answered with
 */

const PLAIN = { outcome: "answered", label: "animal", mode: "grid" };
// that must not stand while the reason is asked
const WITHDRAWN = { outcome: "cant_tell", label: null, mode: "marked", comment: "marked in the grid" };

/**
 * @param {Assignment[]} grid @param {Look} look
 * @param {Map<string, string>} before what it was answered with when it was submitted earlier
 * @returns {Sorted}
 */
export function sorted(grid, { marks, seen, broken }, before) {
  const isMarked = (/** @type {Assignment} */ { id }) => marks.includes(id);
  const isBroken = (/** @type {Assignment} */ { id }) => broken.includes(id) && !marks.includes(id);
  const wasAnimal = (/** @type {Assignment} */ { id }) => before.get(id) === "animal";
  const reasons = [...grid.filter(isMarked), ...grid.filter(isBroken)];
  const others = grid.filter((one) => !reasons.includes(one));
  const plain = others.filter(({ id }) => seen.includes(id));
  const withdrawn = reasons.filter(wasAnimal);
  return {
    plain,
    fresh: plain.filter((one) => !wasAnimal(one)),
    withdrawn,
    reasons,
    unseen: others.filter((one) => !plain.includes(one)),
    verdicts: new Map([
      ...plain.map(({ id }) => /** @type {[string, string]} */ ([id, "animal"])),
      ...withdrawn.map(({ id }) => /** @type {[string, string]} */ ([id, "cant_tell"])),
    ]),
  };
}

/** The time of a grid, shared among the photos that were seen. @param {Record<string, number>} report @param {number} nSeen @param {number} size */
export function sharedTiming(report, nSeen, size) {
  const each = ["visible_ms", "hidden_ms", "idle_ms"].map((name) => [name, Math.round(report[name] / Math.max(1, nSeen))]);
  return { grid: size, submit_ms: report.submit_ms, ...Object.fromEntries(each) };
}

/**
 * The answers of a grid, each with its photo.
 * @param {Assignment[]} fresh @param {Assignment[]} withdrawn @param {Look} look @param {Record<string, number>} timing
 * @returns {[Assignment, {outcome: string} & Record<string, unknown>][]}
 */
export function answersOf(fresh, withdrawn, { ms }, timing) {
  return [
    ...fresh.map((one) => /** @type {[Assignment, any]} */ ([one, { ...PLAIN, timing: { ...timing, seen_ms: ms[one.id] } }])),
    ...withdrawn.map((one) => /** @type {[Assignment, any]} */ ([one, { ...WITHDRAWN, timing }])),
  ];
}
