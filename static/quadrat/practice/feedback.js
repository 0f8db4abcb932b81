// @ts-check
/** What is said of an answer in practice, and both sets of boxes over the photo. */
import { announce } from "../lib/announce.js";
import { byId, make, makeSvg, say, setText } from "../lib/dom.js";

/**
 * @typedef {[number, number, number, number]} Bbox
 * @typedef {{latest: boolean[], needed: number, of: number, is_qualified: boolean}} Practice
 * @typedef {{is_good: boolean, title: string, remarks: string[], truth: Bbox[], practice: Practice}} Said
 */

export class Feedback {
  /** @param {{next: () => void, again: () => void}} commands @param {boolean} isRequired to be let to work */
  constructor({ next, again }, isRequired) {
    this.isRequired = isRequired;
    this.sheet = byId("feedback");
    this.ghosts = makeSvg("svg", { class: "overlay ghosts", "aria-hidden": "true" });
    byId("stage").append(this.ghosts);
    byId("feedback-next").addEventListener("click", next);
    byId("feedback-again").addEventListener("click", again);
    byId("stage").addEventListener("keydown", ({ key, repeat }) => {
      if (key === "Enter" && !repeat && !this.sheet.hidden) next();
    });
  }

  /** @param {Said} said @param {{bbox: Bbox}[]} drawn @param {{width: number, height: number}} image */
  show({ is_good: isGood, title, remarks, truth, practice }, drawn, image) {
    setText(byId("feedback-title"), title);
    byId("feedback-remarks").replaceChildren(...remarks.map((line) => make("li", {}, line)));
    byId("feedback-key").hidden = !truth.length && !drawn.length;
    byId("feedback-again").hidden = isGood;
    this.progress(practice);
    this.sheet.dataset.good = String(isGood);
    this.sheet.hidden = false;
    document.body.dataset.feedback = "shown";
    announce([title, ...remarks].join(" "));
    byId("feedback-next").focus();
    this.follow(truth, drawn.map((box) => box.bbox), image);
  }

  /** @param {Practice} practice */
  progress({ latest, needed, of, is_qualified: isQualified }) {
    const good = latest.filter(Boolean).length;
    const key = !this.isRequired ? "free" : isQualified ? "ready" : "progress";
    setText(byId("feedback-progress"), say(`practice.${key}`, { good, of, needed }));
    if (isQualified) byId("feedback-work").hidden = false;
    byId("feedback-work").classList.toggle("quiet", !isQualified);
  }

  hide() {
    this.sheet.hidden = true;
    delete document.body.dataset.feedback;
    this.ghosts.replaceChildren();
  }

  /** The boxes stay on the photo while the page makes room or the worker zooms. @param {Bbox[]} truth @param {Bbox[]} drawn @param {{width: number, height: number}} image */
  follow(truth, drawn, image) {
    let was = "";
    const paint = () => {
      if (this.sheet.hidden) return;
      const place = placeOf(image);
      if (place && place.join() !== was) {
        was = place.join();
        this.ghosts.replaceChildren(...shapes(truth, drawn, place));
      }
      requestAnimationFrame(paint);
    };
    paint();
  }
}

/** Left, top and CSS pixels per image pixel of the photo on the stage. @param {{width: number, height: number}} image */
function placeOf({ width }) {
  const img = document.querySelector("#photo img")?.getBoundingClientRect();
  const stage = byId("stage").getBoundingClientRect();
  return img ? [img.left - stage.left, img.top - stage.top, img.width / width] : null;
}

/** @param {Bbox[]} truth @param {Bbox[]} drawn @param {number[]} place */
function shapes(truth, drawn, place) {
  return [
    ...drawn.flatMap((bbox, i) => mine(onScreen(bbox, place), i + 1)),
    ...truth.flatMap((bbox) => [
      rect("true-halo", onScreen(bbox, place)),
      rect("true-line", onScreen(bbox, place)),
    ]),
  ];
}

/** @param {Bbox} bbox @param {number[]} place @returns {Bbox} */
const onScreen = ([x, y, w, h], [left, top, scale]) => [
  left + x * scale,
  top + y * scale,
  w * scale,
  h * scale,
];

/** @param {string} name @param {Bbox} rect */
const rect = (name, [x, y, width, height]) => makeSvg("rect", { class: name, x, y, width, height });

/** A worker's box with the number that the words call it by. @param {Bbox} bbox @param {number} number */
function mine(bbox, number) {
  const [x, y] = bbox;
  const top = Math.max(0, y - 22);
  const text = makeSvg("text", { x: x + 11, y: top + 11 });
  text.textContent = String(number);
  return [rect("halo", bbox), rect("line", bbox), makeSvg("rect", { class: "chip", x, y: top, width: 22, height: 22, rx: 3 }), text];
}
