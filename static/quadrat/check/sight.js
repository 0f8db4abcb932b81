// @ts-check
/**
 * The photo on the stage, moved and scaled to what is asked about, with the boxes over it. A box is
 * looked at from near, with room around it and the rest dimmed; the whole photo with all its boxes.
 * Lines keep their width at every scale.
 *
 * @typedef {import("./questions.js").Bbox} Bbox
 */
import { fit, fitBox, zoomAt } from "../editor/viewport.js";
import { makeSvg } from "../lib/dom.js";

const CLOSER = 3;

export class Sight {
  /** @param {HTMLElement} stage @param {HTMLElement} holder of the photo @param {Element} overlay */
  constructor(stage, holder, overlay) {
    this.stage = stage;
    this.holder = holder;
    this.marks = /** @type {SVGGElement} */ (makeSvg("g", {}));
    overlay.append(this.marks);
    this.size = { w: 1, h: 1 };
    /** @type {readonly Bbox[]} */
    this.boxes = [];
    /** Which box is asked about; null: the whole photo. @type {number|null} */
    this.number = null;
    /** The other look: all of the photo for a box, a part of it for the whole. */
    this.isOther = false;
    this.at = { x: 0, y: 0 };
    stage.addEventListener("click", (event) => this.toggle(event));
    stage.addEventListener("pointermove", (event) => this.follow(event));
    new ResizeObserver(() => this.place(true)).observe(stage);
  }

  /** @param {HTMLImageElement} img decoded @param {{width: number, height: number}} image full size @param {readonly Bbox[]} boxes */
  setPhoto(img, { width, height }, boxes) {
    this.size = { w: width, h: height };
    this.boxes = boxes;
    this.holder.replaceChildren(img);
  }

  /** @param {number|null} number of the box, from 1 @param {boolean} isNew another photo: nothing moves */
  look(number, isNew) {
    this.number = number;
    this.isOther = false;
    const { w, h } = this.size;
    const shown = this.boxes.filter((_, i) => number === null || i === number - 1);
    const veil = number === null ? [] : [makeSvg("path", { class: "dim", d: `M0 0h${w}v${h}H0z${hole(shown[0])}` })];
    this.marks.replaceChildren(...veil, ...shown.flatMap(outline));
    this.place(isNew);
  }

  /** @param {{clientX: number, clientY: number}} [event] */
  toggle(event) {
    this.isOther = !this.isOther;
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    this.at = event ? { x: event.clientX - left, y: event.clientY - top } : { x: width / 2, y: height / 2 };
    this.place(false);
  }

  /** Looking around in a part of the whole photo. @param {PointerEvent} event */
  follow({ clientX, clientY }) {
    if (!this.isOther || this.number !== null) return;
    const { left, top } = this.stage.getBoundingClientRect();
    this.at = { x: clientX - left, y: clientY - top };
    this.place(true);
  }

  /** @param {boolean} isStill */
  place(isStill) {
    const { clientWidth: w, clientHeight: h } = this.stage;
    const view = viewOf(this, { w, h });
    const img = this.holder.querySelector("img");
    const { classList } = this.stage;
    classList.toggle("is-still", isStill);
    classList.toggle("is-near", this.isOther !== (this.number !== null));
    const moved = `translate(${view.x}px, ${view.y}px)`;
    this.marks.style.transform = `${moved} scale(${view.scale})`;
    if (!img) return;
    // a display copy may be smaller than the full-size image: its own scale for each axis
    const [u, v] = [this.size.w / img.naturalWidth, this.size.h / img.naturalHeight];
    img.style.transform = `${moved} scale(${view.scale * u}, ${view.scale * v})`;
  }
}

/**
 * Where the photo is on a stage of that size.
 * @param {Pick<Sight, "boxes"|"number"|"isOther"|"size"|"at">} what @param {{w: number, h: number}} stage
 */
export function viewOf({ boxes, number, isOther, size, at }, stage) {
  const whole = fit(size, stage);
  if (number === null) return isOther ? zoomAt(whole, CLOSER, at, size, stage) : whole;
  const [x, y, w, h] = boxes[number - 1];
  return isOther ? whole : fitBox([x, y, w, h], size, stage);
}

/** @param {Bbox} bbox */
const hole = ([x, y, w, h]) => `M${x} ${y}v${h}h${w}v${-h}z`;

/** @param {Bbox} bbox */
function outline([x, y, width, height]) {
  return ["halo", "line"].map((name) => makeSvg("rect", { class: name, x, y, width, height }));
}
