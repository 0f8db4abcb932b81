// @ts-check
/**
 * Which command a single key gives. A key goes by its Latin letter or its sign, and by its place
 * where a layout has neither there. A worker may choose another key for a command, none for it,
 * or none at all: who speaks to the computer would give commands by talking (WCAG 2.1.4).
 */
import { byId, say, setText } from "../lib/dom.js";

export const STANDARD = Object.freeze({
  nothing: "N", cantTell: "U", problem: "P", goBack: "⇧Z", help: "?", keys: "K",
  box: "B", mode: "X", previous: "[", next: "]", edge: "E",
  larger: "+", smaller: "-", whole: "0", actual: "1", fit: "F",
  darker: ",", brighter: ".", duller: "<", harder: ">", plain: "\\", alone: "H", guides: "G",
});

/** @typedef {keyof typeof STANDARD} Command */
const COMMANDS = /** @type {Command[]} */ (Object.keys(STANDARD));

/** What a key is called: what is printed on it, then its place. @param {Pick<KeyboardEvent, "key"|"code"|"shiftKey">} event */
export function namesOf({ key, code, shiftKey }) {
  const shift = shiftKey ? "⇧" : "";
  const printed = /^[a-z]$/i.test(key) ? shift + key.toUpperCase() : key;
  const [, set, sign] = code.match(/^(Key|Digit|Numpad)(.)$/) ?? [];
  const place = code === "Backslash" ? "\\" : sign;
  return [printed === "=" ? "+" : printed, set === "Key" ? shift + sign : place];
}

export class Keymap {
  /** @param {Pick<import("./settings.js").Settings, "read"|"write">} settings */
  constructor(settings) {
    this.settings = settings;
    const { keys, hasKeys } = settings.read();
    this.own = keys;
    this.hasKeys = hasKeys;
  }

  /** "" where there is none. @param {Command} command @returns {string} */
  keyOf(command) {
    return this.hasKeys ? this.own[command] ?? STANDARD[command] : "";
  }

  /** @param {Pick<KeyboardEvent, "key"|"code"|"shiftKey">} event @returns {Command|undefined} */
  commandOf(event) {
    if (event.key === "F1") return "help";
    return namesOf(event).map((name) => name && this.holder(name)).find((found) => found) || undefined;
  }

  /** The command that a key gives. @param {string} name */
  holder(name) {
    return COMMANDS.find((command) => this.keyOf(command) === name);
  }

  /** @param {Record<string, string>} keys @param {boolean} hasKeys single keys give commands */
  keep(keys, hasKeys) {
    this.own = keys;
    this.hasKeys = hasKeys;
    this.settings.write({ keys, hasKeys });
    this.show();
  }

  /** On the buttons, in the list of keys, and in words. */
  show() {
    for (const kbd of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("kbd[data-command]"))) {
      const key = this.keyOf(/** @type {Command} */ (kbd.dataset.command));
      setText(kbd, key.replace("-", "−") || "–");
      kbd.hidden = !key && !kbd.closest("dt");
    }
    for (const tool of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-keys-of]"))) {
      const commands = /** @type {Command[]} */ (tool.dataset.keysOf?.split(" "));
      const keys = commands.map((command) => this.keyOf(command)).join(" ").replace("-", "−").trim();
      tool.dataset.what ??= tool.title;
      tool.title = keys ? `${tool.dataset.what} (${keys})` : tool.dataset.what;
    }
    const box = this.keyOf("box");
    setText(byId("stage-keys"), box ? say("stage_keys", { box }) : say("stage_keys.none"));
  }
}
