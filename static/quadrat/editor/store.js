// @ts-check
/**
 * The one place that changes. Pointer or key -> action -> store -> render; listeners run once
 * for each animation frame, however many changes it saw.
 *
 * @typedef {import("./types.js").State} State
 */
import * as history from "./history.js";
import { PLAIN } from "./sight.js";

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
  mode: "corners",
  points: [],
  alone: false,
  bare: false,
  look: PLAIN,
  hand: false,
  guides: true,
  hover: null,
  press: null,
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

  /**
   * One finished gesture.
   * @param {readonly import("./types.js").Box[]} boxes @param {number|null} selected
   * @param {boolean} [isSame] still the gesture before, such as a key that is held
   */
  commit(boxes, selected, isSame = false) {
    const keep = isSame ? history.amend : history.commit;
    this.set({
      history: keep(this.state.history, boxes),
      selected,
      edge: selected === this.state.selected ? this.state.edge : null,
      rubber: null,
      edit: null,
      points: [],
    });
  }

  /** A fresh photo, with its own light; the worker's habits stay. @param {Partial<State>} change @param {readonly import("./types.js").Box[]} boxes */
  open(change, boxes) {
    const { stage, mode, guides } = this.state;
    this.set({ ...EMPTY, stage, mode, guides, ...change, history: history.start(boxes) });
  }
}
