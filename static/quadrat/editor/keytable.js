// @ts-check
/** The list of keys, where each single key can be changed; loaded when it is opened. */
import { byId, make, say, setText } from "../lib/dom.js";
import { namesOf } from "./keymap.js";

/** @typedef {import("./keymap.js").Command} Command */
const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead"];

export class KeyTable {
  /** @param {HTMLElement} section @param {import("./keymap.js").Keymap} keymap */
  constructor(section, keymap) {
    this.keymap = keymap;
    /** @type {HTMLElement|null} */
    this.asking = null;
    for (const kbd of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("dt kbd[data-command]"))) {
      this.wrap(kbd);
    }
    this.isOn.checked = keymap.hasKeys;
    this.isOn.addEventListener("change", () => keymap.keep(keymap.own, this.isOn.checked));
    byId("keys-standard").addEventListener("click", () => {
      keymap.keep({}, true);
      this.isOn.checked = true;
      this.tell("key.standard");
    });
  }

  get isOn() {
    return /** @type {HTMLInputElement} */ (byId("has-keys"));
  }

  /** @param {HTMLElement} kbd */
  wrap(kbd) {
    const label = make("span", { class: "visually-hidden" }, say("key.change"));
    const button = make("button", { type: "button", class: "key" }, label);
    const what = meaning(kbd);
    if (what) {
      what.id ||= `key-${kbd.dataset.command}`;
      button.setAttribute("aria-describedby", what.id);
    }
    kbd.replaceWith(button);
    button.append(kbd);
    button.addEventListener("click", () => this.ask(button));
    button.addEventListener("keydown", (event) => this.pressed(event, button));
    button.addEventListener("blur", () => this.leave());
  }

  /** @param {HTMLElement} button */
  ask(button) {
    this.asking = button;
    setText(this.kbd(button), "…");
    this.tell("key.press");
  }

  /** As it was, or as it is now. */
  leave() {
    if (!this.asking) return;
    this.asking = null;
    this.keymap.show();
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} button */
  pressed(event, button) {
    if (this.asking !== button || event.key === "Tab" || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const [name] = namesOf(event);
    const isNone = name === "Backspace" || name === "Delete";
    const isSingle = /^⇧?[^\s]$/u.test(name) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (name === "Escape") this.tell("key.kept");
    else if (isNone || isSingle) this.give(button, isNone ? "" : name);
    else {
      this.tell("key.cannot");
      return;
    }
    this.leave();
  }

  /** @param {HTMLElement} button @param {string} name */
  give(button, name) {
    give(this.keymap, /** @type {Command} */ (this.kbd(button).dataset.command), name);
    this.isOn.checked = true;
    this.tell(name ? "key.given" : "key.none", { key: name, what: meaning(button)?.textContent ?? "" });
  }

  /** @param {HTMLElement} button */
  kbd(button) {
    return /** @type {HTMLElement} */ (button.querySelector("kbd"));
  }

  /** Inside the dialog: what is outside is silent while it is open. @param {string} key @param {Record<string, string>} [values] */
  tell(key, values) {
    setText(byId("keys-said"), say(key, values));
  }
}

/**
 * A command gets a key, or none; another that had it takes the one that is free now.
 * @param {import("./keymap.js").Keymap} keymap @param {Command} command @param {string} name
 */
export function give(keymap, command, name) {
  keymap.hasKeys = true; // from here on every key counts, also for who has this one
  const other = name ? keymap.holder(name) : undefined;
  const old = keymap.keyOf(command);
  keymap.keep({ ...keymap.own, ...(other ? { [other]: old } : {}), [command]: name }, true);
}

/** What the key beside it does. @param {HTMLElement} key */
const meaning = (key) => key.closest("div")?.querySelector("dd");
