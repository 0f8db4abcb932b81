// @ts-check
/**
 * The one place that changes. Pointer or key -> action -> store -> render; listeners run once
 * for each animation frame, however many changes it saw.
 *
 * @typedef {import("./types.js").State} State
 */
import * as history from "./history.js";

/** @type {State} */
const EMPTY = {
  size: { w: 1, h: 1 },
  stage: { w: 1, h: 1 },
  view: { scale: 1, x: 0, y: 0 },
  history: history.start([]),
  selected: null,
  edge: null,
  rubber: null,
  edit: null,
  cursor: null,
  alone: false,
  open: false,
};

export class Store {
  /** @param {(run: () => void) => unknown} [paint] how to wait for the next frame */
  constructor(paint = (run) => requestAnimationFrame(run)) {
    this.state = EMPTY;
    this.paint = paint;
    this.isQueued = false;
    /** @type {((state: State, before: State) => void)[]} */
    this.listeners = [];
    this.shown = EMPTY;
  }

  /** The boxes as committed. */
  get boxes() {
    return this.state.history.present;
  }

  /** @param {Partial<State>} change */
  set(change) {
    this.state = { ...this.state, ...change };
    if (this.isQueued) return;
    this.isQueued = true;
    this.paint(() => this.flush());
  }

  flush() {
    this.isQueued = false;
    const before = this.shown;
    this.shown = this.state;
    for (const listen of this.listeners) listen(this.shown, before);
  }

  /** @param {(state: State, before: State) => void} listen */
  subscribe(listen) {
    this.listeners.push(listen);
  }

  /** One finished gesture. @param {readonly import("./types.js").Box[]} boxes @param {number|null} selected */
  commit(boxes, selected) {
    this.set({
      history: history.commit(this.state.history, boxes),
      selected,
      edge: selected === this.state.selected ? this.state.edge : null,
      rubber: null,
      edit: null,
    });
  }

  /** A fresh photo. @param {Partial<State>} change @param {readonly import("./types.js").Box[]} boxes */
  open(change, boxes) {
    const { stage } = this.state;
    this.set({ ...EMPTY, stage, ...change, history: history.start(boxes) });
  }
}
