// @ts-check
/**
 * One photo, one key. Digits go by their place on the keyboard (`event.code`), so that every
 * layout and the number pad work.
 *
 * @typedef {"animal"|"tracks"|"scat"|"habitat"|"remains"} Label
 * @typedef {{do: "answer", outcome: "answered"|"cant_tell", label: Label|null}
 *   | {do: "problem"|"undo"|"closer"|"help"|"unzoom"}} Command
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
  if (event.code === "KeyP") return { do: "problem" };
  return event.code === "KeyZ" ? { do: "closer" } : null;
}
