// @ts-check
/**
 * Many small photos at once, one tab stop: arrows move, Space marks, Z or a long press enlarges.
 *
 * @typedef {import("../lib/supply.js").Assignment} Assignment
 */
import { announce } from "../lib/announce.js";
import { byId, make, say, setText } from "../lib/dom.js";
import { thumbnailOf } from "./ahead.js";
import { Magnifier } from "./magnifier.js";
import { Sight, isLargeEnough } from "./sight.js";

const LONG_PRESS_MS = 500;
const STEPS = Array.from({ length: 11 }, (_, i) => i / 10);

export class Grid {
  /** @param {(marks: string[]) => void} onMark */
  constructor(onMark) {
    this.onMark = onMark;
    this.place = byId("grid");
    this.sight = new Sight();
    /** @type {Set<string>} */
    this.marks = new Set();
    /** @type {Set<string>} */
    this.broken = new Set();
    /** @type {{assignment: Assignment, tile: HTMLElement, photo: HTMLButtonElement, img: HTMLImageElement}[]} */
    this.tiles = [];
    this.at = 0;
    this.observer = new IntersectionObserver((seen) => seen.forEach((one) => this.placed(one)), { threshold: STEPS });
    this.magnifier = new Magnifier({
      isMarked: (id) => this.marks.has(id),
      toggle: (id) => this.toggle(this.indexOf(id)),
      looked: (id, ms) => this.sight.add(id, ms),
      closed: () => this.focus(this.at),
    });
    document.addEventListener("visibilitychange", () => this.watch());
    this.listen();
    setInterval(() => this.isShown && this.count(), 300);
  }

  get isShown() {
    return document.body.dataset.view === "grid" && document.body.dataset.open === "true";
  }

  /** @param {Assignment[]} assignments @param {string[]} marks @param {boolean} isAgain */
  show(assignments, marks, isAgain) {
    this.observer.disconnect();
    this.sight.clear();
    this.broken.clear();
    this.marks = new Set(marks);
    this.at = 0;
    this.tiles = assignments.map((assignment, i) => this.tile(assignment, i, assignments.length));
    this.place.replaceChildren(...this.tiles.map(({ tile }) => tile));
    this.place.scrollTop = 0;
    for (const { assignment, tile } of this.tiles) {
      this.paint(assignment.id);
      this.observer.observe(tile);
      if (isAgain) this.sight.add(assignment.id, 1000);
    }
    this.count();
  }

  /** @param {Assignment} assignment @param {number} i @param {number} n */
  tile(assignment, i, n) {
    const { id, image } = assignment;
    const img = thumbnailOf(assignment);
    const name = say("photo", { i: i + 1, of: n });
    const photo = make("button", { type: "button", class: "tile-photo", "aria-label": name, tabindex: i ? -1 : 0 }, img, make("span", { class: "tile-mark" }, say("marked")));
    const closer = make("button", { type: "button", class: "tile-closer", "aria-label": say("enlarge", { i: i + 1, of: n }), tabindex: -1 });
    const credit = make("p", { class: "tile-credit" }, make("span", { class: "tile-name" }, image.credit), make("span", {}, image.licence));
    // below the photo: over it, a button would hide a corner with the animal in it
    const foot = make("div", { class: "tile-foot" }, credit, closer);
    const tile = make("div", { class: "tile", "data-id": id }, photo, foot);
    img.addEventListener("load", () => this.placeAgain(id));
    img.addEventListener("error", () => {
      this.broken.add(id);
      tile.classList.add("is-broken");
    });
    return { assignment, tile, photo, img };
  }

  /** A photo that arrives late has been on its place for a while. @param {string} id */
  placeAgain(id) {
    const { tile } = this.tiles[this.indexOf(id)] ?? {};
    if (!tile) return;
    this.observer.unobserve(tile);
    this.observer.observe(tile);
  }

  /** @param {IntersectionObserverEntry} entry */
  placed({ target, intersectionRatio, boundingClientRect }) {
    const id = /** @type {HTMLElement} */ (target).dataset.id ?? "";
    const { img } = this.tiles[this.indexOf(id)] ?? {};
    const isLoaded = img?.complete && img.naturalWidth > 0;
    this.sight.place(id, Boolean(isLoaded) && isLargeEnough(intersectionRatio, boundingClientRect));
  }

  /** Nobody looks at the grid through a dialog, a card or another tab. */
  watch() {
    this.sight.open(this.isShown && !document.hidden && !document.querySelector("dialog[open]"));
  }

  /** @param {string} id */
  indexOf(id) {
    return this.tiles.findIndex(({ assignment }) => assignment.id === id);
  }

  /** @returns {import("./screening.js").Look} */
  look() {
    this.watch();
    const ids = this.tiles.map(({ assignment }) => assignment.id);
    return {
      marks: ids.filter((id) => this.marks.has(id)),
      seen: ids.filter((id) => this.sight.isSeen(id) && !this.broken.has(id)),
      broken: [...this.broken],
      ms: Object.fromEntries(ids.map((id) => [id, Math.round(this.sight.ms(id))])),
    };
  }

  count() {
    this.watch();
    const { marks, seen } = this.look();
    setText(byId("grid-count"), say("grid_count", { of: this.tiles.length, seen: seen.length, marked: marks.length }));
    for (const { assignment, tile } of this.tiles) tile.classList.toggle("is-seen", this.sight.isSeen(assignment.id));
  }

  /** @param {number} at */
  toggle(at) {
    const one = this.tiles[at];
    if (!one || !this.isShown) return;
    const { id } = one.assignment;
    if (!this.marks.delete(id)) this.marks.add(id);
    this.paint(id);
    this.count();
    announce(say("grid_marked", { n: this.marks.size }));
    this.onMark([...this.marks]);
  }

  /** @param {string} id */
  paint(id) {
    const { photo, tile } = this.tiles[this.indexOf(id)];
    photo.setAttribute("aria-pressed", String(this.marks.has(id)));
    tile.classList.toggle("is-marked", this.marks.has(id));
  }

  /** One tab stop: the photo where the worker is. @param {number} at */
  focus(at) {
    if (!this.tiles[at]) return;
    this.at = at;
    this.tiles.forEach(({ photo }, i) => photo.setAttribute("tabindex", i === at ? "0" : "-1"));
    this.tiles[at].photo.focus();
    this.tiles[at].tile.scrollIntoView({ block: "nearest" });
  }

  get columns() {
    return getComputedStyle(this.place).gridTemplateColumns.split(" ").length;
  }

  enlarge(at = this.at) {
    if (!this.tiles[at]) return;
    this.at = at;
    this.magnifier.open(this.tiles[at].assignment, at, this.tiles.length);
  }

  listen() {
    let timer = 0;
    let wasLong = false;
    const at = (/** @type {Event} */ event) =>
      this.indexOf(/** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(".tile"))?.dataset.id ?? "");
    this.place.addEventListener("click", (event) => {
      const i = at(event);
      if (i < 0 || wasLong) return;
      const pressed = /** @type {Element} */ (event.target);
      if (pressed.closest(".tile-closer")) this.enlarge(i);
      else if (pressed.closest(".tile-photo")) {
        this.focus(i);
        this.toggle(i);
      }
    });
    this.place.addEventListener("pointerdown", (event) => {
      wasLong = false;
      const i = at(event);
      const isPhoto = /** @type {Element} */ (event.target).closest(".tile-photo");
      if (event.pointerType === "mouse" || i < 0 || !isPhoto) return;
      timer = window.setTimeout(() => {
        wasLong = true;
        this.enlarge(i);
      }, LONG_PRESS_MS);
    });
    // a finger that scrolls is cancelled by the browser
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.place.addEventListener(end, () => clearTimeout(timer));
    }
    this.place.addEventListener("contextmenu", (event) => event.preventDefault());
  }
}
