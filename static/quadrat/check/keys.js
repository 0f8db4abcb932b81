// @ts-check
/**
 * One question, one key. The arrows go by where the two answers are, so they change sides where
 * one reads from right to left.
 *
 * @typedef {"yes"|"no"|"cantTell"|"undo"|"closer"|"problem"|"help"|"keys"} Command
 */
import { letterOf } from "../verify/keys.js";

/** @type {Record<string, Command>} */
const NAMED = { "?": "help", F1: "help", Backspace: "undo" };
/** @type {Record<string, Command>} */
const DIGITS = { 0: "cantTell", 1: "yes", 2: "no" };
/** @type {Record<string, Command>} */
const LETTERS = { p: "problem", z: "closer", k: "keys" };

/**
 * @param {Pick<KeyboardEvent, "code"|"key"|"repeat"|"ctrlKey"|"metaKey"|"altKey">} event
 * @param {boolean} [isRtl]
 * @returns {Command|null}
 */
export function commandOf(event, isRtl = false) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null;
  const [first, second] = isRtl ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"];
  if (event.key === first) return "yes";
  if (event.key === second) return "no";
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? "";
  return NAMED[event.key] ?? DIGITS[digit] ?? LETTERS[letterOf(event)] ?? null;
}
