// @ts-check
/**
 * What keys do. They work only while the focus is in the task, and never in a field; which
 * single key gives which command is in keymap.js.
 *
 * @typedef {import("./types.js").Point} Point
 */
import { clamp, onGrid } from "./geometry.js";
import { LOOK } from "./sight.js";

const QUICK_AFTER = 6;
const PAN_STEP = 60;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** What a key that is held may do again. @type {readonly (string|undefined)[]} */
const REPEATED = [
  "previous", "next", "edge", "larger", "smaller", "darker", "brighter", "duller", "harder",
];

export class Keyboard {
  /**
   * @param {HTMLElement} region
   * @param {import("./keymap.js").Keymap} keymap
   * @param {import("./actions.js").Actions} actions
   * @param {import("./gestures.js").Gestures} gestures
   * @param {Record<"submit"|"nothing"|"cantTell"|"problem"|"goBack"|"help"|"keys", () => void>} commands
   */
  constructor(region, keymap, actions, gestures, commands) {
    this.keymap = keymap;
    this.actions = actions;
    this.gestures = gestures;
    this.submit = commands.submit;
    /** @type {Record<string, () => void>} */
    this.runs = { ...commands, ...this.tools() };
    this.repeats = 0;
    this.drawSince = 0;
    region.addEventListener("keydown", (event) => this.down(event));
    addEventListener("keyup", ({ code, key }) => {
      if (code === "Space") gestures.isSpaceHeld = false;
      if (key === "Alt") actions.sight.bare(false);
    });
    addEventListener("blur", () => this.letGo());
  }

  get state() {
    return this.actions.state;
  }

  /** Keys that are held are released somewhere else. */
  letGo() {
    this.gestures.isSpaceHeld = false;
    this.actions.sight.bare(false);
  }

  /** @param {KeyboardEvent} event */
  down(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    this.repeats = event.repeat ? this.repeats + 1 : 0;
    if (event.key === "Enter" && event.repeat) {
      event.preventDefault(); // a held Enter would press a focused button again and again
      return;
    }
    const isSubmit = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (document.querySelector("dialog[open]") || (!isSubmit && isTaken(target, event.key))) return;
    const run = isSubmit ? this.submit : this.find(event);
    if (!run || (isSubmit && isRefused(target))) return;
    event.preventDefault();
    run();
  }

  /** @param {KeyboardEvent} event @returns {(() => void)|null} */
  find(event) {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey) return this.chord(event);
    if (event.key === "Alt") return () => this.actions.sight.bare(true);
    if (arrow) return this.arrow(arrow, event.shiftKey);
    if (event.altKey) return null;
    const fixed = this.fixed(event);
    if (fixed) return fixed;
    const command = this.keymap.commandOf(event);
    return command && (!event.repeat || REPEATED.includes(command)) ? this.runs[command] : null;
  }

  /** @param {KeyboardEvent} event */
  chord({ key, shiftKey }) {
    const { actions } = this;
    const letter = key.toLowerCase();
    if (letter === "z") return () => (shiftKey ? actions.redo() : actions.undo());
    if (letter === "y") return () => actions.redo();
    return letter === "d" ? () => actions.duplicate() : null;
  }

  /** @param {[number, number]} direction @param {boolean} isFine */
  arrow([dx, dy], isFine) {
    const { size, cursor, selected } = this.state;
    const wide = (Math.min(size.w, size.h) / 40) * (this.repeats >= QUICK_AFTER ? 4 : 1);
    const step = isFine ? 1 : Math.max(1, wide);
    if (cursor) return () => this.moveCursor(cursor, dx * step, dy * step);
    const isHeld = this.repeats > 0;
    if (selected) return () => this.actions.nudge(dx * step, dy * step, "keys", "keys", isHeld);
    return () => this.actions.sight.pan(-dx * PAN_STEP, -dy * PAN_STEP);
  }

  /** @param {Point} cursor @param {number} dx @param {number} dy */
  moveCursor(cursor, dx, dy) {
    const { size, rubber } = this.state;
    const to = { x: onGrid(clamp(cursor.x + dx, 0, size.w)), y: onGrid(clamp(cursor.y + dy, 0, size.h)) };
    this.actions.store.set({ cursor: to, rubber: rubber && { ...rubber, to } });
  }

  /** Keys with a name of their own; Enter and Space set the corners of a box drawn by keyboard. @param {KeyboardEvent} event */
  fixed({ key, shiftKey, repeat }) {
    const { cursor, rubber } = this.state;
    const { actions, gestures } = this;
    if ((key === " " || key === "Enter") && cursor) return () => this.corner(cursor);
    if (key === " ") return () => (gestures.isSpaceHeld = true);
    if (key === "Enter") return shiftKey || repeat ? null : this.submit;
    if (key === "Escape" && (cursor || rubber)) return () => gestures.cancel();
    if (key === "Escape") return () => gestures.cancel() || actions.select(null);
    if (key === "Backspace") return () => actions.dropPoint() || actions.remove();
    return key === "Delete" ? () => actions.remove() : null;
  }

  /** @returns {Record<string, () => void>} */
  tools() {
    const { actions } = this;
    const { sight } = actions;
    return {
      box: () => this.startCursor(),
      mode: () => actions.toggleMode(),
      previous: () => actions.selectNeighbour(-1),
      next: () => actions.selectNeighbour(1),
      edge: () => actions.cycleEdge(),
      larger: () => sight.zoom(1.25),
      smaller: () => sight.zoom(0.8),
      whole: () => sight.fit(),
      actual: () => sight.actual(),
      fit: () => sight.fitSelected(),
      darker: () => sight.adjust("brightness", -LOOK.step),
      brighter: () => sight.adjust("brightness", LOOK.step),
      duller: () => sight.adjust("contrast", -LOOK.step),
      harder: () => sight.adjust("contrast", LOOK.step),
      plain: () => sight.resetLook(),
      alone: () => sight.toggleAlone(),
      guides: () => sight.toggleGuides(),
    };
  }

  startCursor() {
    if (this.actions.refuseWhenFull()) return;
    this.gestures.cancel();
    this.drawSince = performance.now();
    this.actions.store.set({ cursor: this.actions.sight.middle(), selected: null, edge: null });
    this.actions.tell("cursor");
  }

  /** @param {Point} cursor */
  corner(cursor) {
    const { rubber, mode } = this.state;
    if (mode === "extreme") this.actions.addPoint(cursor, "keys", performance.now());
    else if (rubber) {
      this.actions.draw(rubber.from, cursor, "keys", "keys", performance.now() - this.drawSince);
    } else {
      this.actions.store.set({ rubber: { from: cursor, to: cursor, armed: true } });
      this.actions.tell("corner");
    }
  }
}

/** A number that has been typed but not left yet becomes the box's first; one that cannot be its is put back. @param {HTMLElement} target */
function isRefused(target) {
  if (!(target instanceof HTMLInputElement) || target.type !== "number") return false;
  const typed = target.valueAsNumber;
  target.blur();
  if (Math.abs(typed - target.valueAsNumber) < 1) return false;
  target.focus();
  return true;
}

/** Keys that belong to the control in focus. @param {HTMLElement} target @param {string} key */
function isTaken(target, key) {
  const isPress = key === "Enter" || key === " ";
  if (target.matches("input[type=checkbox]")) return key === " ";
  if (target.matches("input[type=range]")) return /^(Arrow|Page|Home|End)/.test(key);
  if (target.matches("button, a, summary")) return isPress;
  return target.matches("input, select, textarea");
}
