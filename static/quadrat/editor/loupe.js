// @ts-check
/**
 * What the finger hides: a round piece of the photo, enlarged, in the upper corner away from it.
 *
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Bbox} Bbox
 */
import { around, between } from "./geometry.js";

const SIDE = 120;
const LARGER = 2.5;
const CROSS = 14;

export class Loupe {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    const colors = getComputedStyle(document.documentElement);
    this.line = colors.getPropertyValue("--photo-line");
    this.halo = colors.getPropertyValue("--photo-halo");
  }

  /** @param {State} state @param {HTMLImageElement|null} img */
  paint(state, img) {
    const { press } = state;
    this.canvas.hidden = !press || !img;
    if (!press || !img) return;
    this.canvas.dataset.side = press.at.x < state.stage.w / 2 ? "right" : "left";
    this.canvas.style.filter = img.style.filter;
    const context = this.context();
    if (context) this.draw(context, state, img, press.focus);
  }

  /** Cleared, in CSS pixels. */
  context() {
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(SIDE * ratio);
    this.canvas.height = this.canvas.width;
    const context = this.canvas.getContext("2d");
    context?.scale(ratio, ratio);
    return context;
  }

  /** @param {CanvasRenderingContext2D} context @param {State} state @param {HTMLImageElement} img @param {import("./types.js").Point} focus */
  draw(context, state, img, focus) {
    const k = state.view.scale * LARGER;
    const x = SIDE / 2 - focus.x * k;
    const y = SIDE / 2 - focus.y * k;
    context.drawImage(img, x, y, state.size.w * k, state.size.h * k);
    for (const [left, top, w, h] of outlines(state)) {
      this.stroke(context, (path) => path.rect(x + left * k, y + top * k, w * k, h * k));
    }
    this.stroke(context, (path) => {
      path.moveTo(SIDE / 2 - CROSS, SIDE / 2);
      path.lineTo(SIDE / 2 + CROSS, SIDE / 2);
      path.moveTo(SIDE / 2, SIDE / 2 - CROSS);
      path.lineTo(SIDE / 2, SIDE / 2 + CROSS);
    });
  }

  /** @param {CanvasRenderingContext2D} context @param {(path: CanvasRenderingContext2D) => void} trace */
  stroke(context, trace) {
    context.beginPath();
    trace(context);
    context.strokeStyle = this.halo;
    context.lineWidth = 3.5;
    context.stroke();
    context.strokeStyle = this.line;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** What is being drawn or changed. @param {State} state @returns {Bbox[]} */
function outlines({ rubber, edit, points, size }) {
  if (edit) return [edit.bbox];
  if (rubber) return [between(rubber.from, rubber.to, size)];
  return points.length ? [around(points, size)] : [];
}
