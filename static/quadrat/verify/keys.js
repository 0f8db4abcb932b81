// @ts-check
/**
 * One photo, one key. Digits go by their place on the keyboard (`event.code`), so that every
 * layout and the number pad work; letters by what is printed on the key, or by their place where
 * that is no Latin letter.
 *
 * @typedef {"animal"|"tracks"|"scat"|"habitat"|"remains"} Label
 * @typedef {{do: "answer", outcome: "answered"|"cant_tell", label: Label|null}
 *   | {do: "problem"|"undo"|"closer"|"help"|"keys"|"unzoom"|"mode"}} Command
 * @typedef {{do: "move", to: number} | {do: "toggle"|"submit"|"closer"|"undo"|"help"|"keys"|"mode"}} GridCommand
 */

/** @type {readonly Label[]} */
export const LABELS = ["animal", "tracks", "scat", "habitat", "remains"];

/**
 * @param {Pick<KeyboardEvent, "code"|"key"|"repeat"|"ctrlKey"|"metaKey"|"altKey">} event
 * @returns {Command|null}
 */
export function commandOf(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  if (digit === "0") return { do: "answer", outcome: "cant_tell", label: null };
  const label = digit && LABELS[Number(digit) - 1];
  if (label) return { do: "answer", outcome: "answered", label };
  if (event.key === "?" || event.key === "F1") return { do: "help" };
  if (event.key === "Backspace") return { do: "undo" };
  if (event.key === "Escape") return { do: "unzoom" };
  const act = ALONE[letterOf(event)];
  return act ? /** @type {Command} */ ({ do: act }) : null;
}

/** The letter of a key, in lower case. @param {Pick<KeyboardEvent, "code"|"key">} event */
export function letterOf({ code, key }) {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : (/^Key([A-Z])$/.exec(code)?.[1] ?? "").toLowerCase();
}

/** @type {Record<string, "problem"|"mode"|"closer"|"keys">} */
const ALONE = { p: "problem", g: "mode", z: "closer", k: "keys" };
/** @type {Record<string, GridCommand["do"]>} */
const LETTERS = { g: "mode", z: "closer", k: "keys" };

/** @type {Record<string, GridCommand["do"]>} */
const GRID = { Enter: "submit", " ": "toggle", Backspace: "undo", "?": "help", F1: "help" };

/**
 * Keys of the grid. A held key moves on, and does nothing else.
 * @param {Pick<KeyboardEvent, "code"|"key"|"repeat"|"ctrlKey"|"metaKey"|"altKey">} event
 * @param {{at: number, count: number, columns: number}} place of the photo in the grid
 * @returns {GridCommand|null}
 */
export function gridCommandOf(event, { at, count, columns }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const step = steps[/** @type {keyof typeof steps} */ (event.key)];
  if (step) return { do: "move", to: at + step >= 0 && at + step < count ? at + step : at };
  if (event.key === "Home") return { do: "move", to: 0 };
  if (event.key === "End") return { do: "move", to: count - 1 };
  if (event.repeat) return null;
  const act = GRID[event.key] ?? LETTERS[letterOf(event)];
  return act ? /** @type {GridCommand} */ ({ do: act }) : null;
}
