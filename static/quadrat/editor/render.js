// @ts-check
/**
 * The store on the stage: the photo moved by a CSS transform, the boxes in an SVG in screen
 * pixels over it, so that lines keep their width at every zoom.
 *
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Bbox} Bbox
 */
import { makeSvg } from "../lib/dom.js";
import { around, between } from "./geometry.js";
import { visible } from "./grip.js";
import { HANDLES, tagOf } from "./hit.js";
import { toScreen } from "./viewport.js";

/** Parts of the state that the boxes are drawn from. @type {readonly (keyof State)[]} */
const DRAWN = [
  "open", "view", "size", "history", "selected", "edge", "edit", "rubber", "cursor", "points", "alone", "bare",
];

export class Painter {
  /** @param {HTMLElement} holder of the photo @param {Element} overlay */
  constructor(holder, overlay) {
    this.holder = holder;
    this.shapes = makeSvg("g", {});
    this.halo = makeSvg("path", { class: "guide-halo" });
    this.guide = makeSvg("path", { class: "guide" });
    overlay.append(this.halo, this.guide, this.shapes);
    /** @type {HTMLImageElement|null} */
    this.img = null;
  }

  /** @param {HTMLImageElement} img decoded */
  setPhoto(img) {
    this.img = img;
    img.style.filter = "";
    this.holder.replaceChildren(img);
  }

  /** @param {State} state @param {State} before */
  paint(state, before) {
    if (state.view !== before.view || state.size !== before.size) this.placePhoto(state);
    if (state.look !== before.look) this.light(state);
    this.placeGuides(state);
    if (DRAWN.some((part) => state[part] !== before[part])) {
      this.shapes.replaceChildren(...shapes(state));
    }
  }

  /** @param {State} state */
  light({ look }) {
    const { brightness, contrast } = look;
    const isPlain = brightness === 100 && contrast === 100;
    if (this.img) this.img.style.filter = isPlain ? "" : `brightness(${brightness}%) contrast(${contrast}%)`;
  }

  /** Lines through the pointer, or through the keyboard's cross, over the whole stage. @param {State} state */
  placeGuides({ guides, open, hover, cursor, view, stage }) {
    const [x, y] = cursor ? toScreen(view, [cursor.x, cursor.y, 0, 0]) : [hover?.x, hover?.y];
    const isShown = guides && open && x !== undefined && y !== undefined;
    const d = isShown ? `M0 ${y}H${stage.w}M${x} 0V${stage.h}` : "";
    for (const path of [this.halo, this.guide]) path.setAttribute("d", d);
  }

  /** A display copy may be smaller than the full-size image: its own scale for each axis. @param {State} state */
  placePhoto({ view, size }) {
    if (!this.img) return;
    const u = (view.scale * size.w) / this.img.naturalWidth;
    const v = (view.scale * size.h) / this.img.naturalHeight;
    this.img.style.transform = `translate(${view.x}px, ${view.y}px) scale(${u}, ${v})`;
  }
}

/** @param {State} state @returns {Element[]} */
function shapes(state) {
  if (!state.open) return [];
  const shown = visible(state);
  const isPicked = (/** @type {{id: number}} */ { id }) => Number(id === state.selected);
  const drawn = [...shown].sort((a, b) => isPicked(a) - isPicked(b)); // over the others
  return [...drawn.map((box) => boxShape(box, state)), ...draftShapes(state)];
}

/** @param {import("./types.js").Box} box @param {State} state */
function boxShape(box, state) {
  const { edit } = state;
  const rect = toScreen(state.view, edit?.id === box.id ? edit.bbox : box.bbox);
  const isPicked = box.id === state.selected;
  const group = makeSvg("g", {
    class: `box${isPicked ? " is-picked" : ""}${box.reason === undefined ? "" : " is-refused"}`,
  });
  group.append(...outline(rect), ...tag(rect, state.history.present.indexOf(box) + 1));
  if (isPicked) {
    group.append(...HANDLES.filter(isRoomy(rect)).map(([, u, v]) => handle(rect, u, v)));
    if (state.edge) group.append(edgeLine(rect, state.edge));
  }
  return group;
}

/** Small boxes show their corners only. @param {Bbox} rect */
const isRoomy = ([, , w, h]) => (/** @type {readonly [string, number, number]} */ [name]) =>
  name.length === 2 || (name === "n" || name === "s" ? w : h) > 48;

/** @param {Bbox} rect */
function outline([x, y, width, height]) {
  return [
    makeSvg("rect", { class: "halo", x, y, width, height }),
    makeSvg("rect", { class: "line", x, y, width, height }),
  ];
}

/** @param {Bbox} rect @param {number} number */
function tag(rect, number) {
  const [x, y, width, height] = tagOf(rect);
  const text = makeSvg("text", { x: x + width / 2, y: y + height / 2 });
  text.textContent = String(number);
  return [makeSvg("rect", { class: "chip", x, y, width, height, rx: 3 }), text];
}

/** @param {Bbox} rect @param {number} u @param {number} v */
function handle([x, y, w, h], u, v) {
  return makeSvg("rect", {
    class: "handle",
    x: x + u * w - 5,
    y: y + v * h - 5,
    width: 10,
    height: 10,
    rx: 2,
  });
}

/** @param {Bbox} rect @param {import("./types.js").Edge} edge */
function edgeLine([x, y, w, h], edge) {
  const x1 = edge === "right" ? x + w : x;
  const y1 = edge === "bottom" ? y + h : y;
  const x2 = edge === "left" ? x : x + w;
  const y2 = edge === "top" ? y : y + h;
  return makeSvg("line", { class: "edge", x1, y1, x2, y2 });
}

/** What is being drawn, and the keyboard's cross. @param {State} state */
function draftShapes({ rubber, cursor, points, view, size }) {
  /** @type {Element[]} */
  const made = [];
  if (rubber) made.push(draft(toScreen(view, between(rubber.from, rubber.to, size))));
  if (points.length > 1) made.push(draft(toScreen(view, around(points, size))));
  const set = rubber?.armed ? [rubber.from, ...points] : points;
  made.push(...set.map(({ x, y }) => dot(toScreen(view, [x, y, 0, 0]))));
  if (cursor) made.push(...cross(toScreen(view, [cursor.x, cursor.y, 0, 0])));
  return made;
}

/** @param {Bbox} rect */
function draft(rect) {
  const group = makeSvg("g", { class: "box is-draft" });
  group.append(...outline(rect));
  return group;
}

/** @param {Bbox} at */
const dot = ([cx, cy]) => makeSvg("circle", { class: "corner", cx, cy, r: 5 });

/** @param {Bbox} at */
function cross([x, y]) {
  const d = `M${x - 16} ${y}h32M${x} ${y - 16}v32`;
  return [makeSvg("path", { class: "cross-halo", d }), makeSvg("path", { class: "cross", d })];
}
