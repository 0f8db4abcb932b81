// @ts-check
/**
 * An immutable history: one commit for each finished gesture.
 *
 * @template T
 * @typedef {{past: readonly T[], present: T, future: readonly T[]}} History
 */

const STEPS = 50;

/** @template T @param {T} present @returns {History<T>} */
export const start = (present) => ({ past: [], present, future: [] });

/** @template T @param {History<T>} history @param {T} present @returns {History<T>} */
export function commit(history, present) {
  if (present === history.present) return history;
  return { past: [...history.past, history.present].slice(-STEPS), present, future: [] };
}

/** The last commit goes on: one step for a key that is held. @template T @param {History<T>} history @param {T} present @returns {History<T>} */
export const amend = ({ past, future }, present) => ({ past, present, future });

/** @template T @param {History<T>} history @returns {History<T>} */
export function undo({ past, present, future }) {
  if (!past.length) return { past, present, future };
  return {
    past: past.slice(0, -1),
    present: past[past.length - 1],
    future: [present, ...future],
  };
}

/** @template T @param {History<T>} history @returns {History<T>} */
export function redo({ past, present, future }) {
  if (!future.length) return { past, present, future };
  return { past: [...past, present], present: future[0], future: future.slice(1) };
}
