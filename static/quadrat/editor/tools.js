// @ts-check
/**
 * The tools as buttons, sliders and switches; each has a key as well. On a phone they are a sheet
 * that covers no more than the lower part of the photo.
 *
 * @typedef {import("./types.js").State} State
 * @typedef {keyof import("./types.js").Look} Part
 */
import { byId, setText } from "../lib/dom.js";
import { whileHeld } from "./hold.js";

const PAN_STEP = 120;
/** @type {readonly Part[]} */
const PARTS = ["brightness", "contrast"];

export class Tools {
  /** @param {import("./actions.js").Actions} actions @param {import("./settings.js").Settings} settings */
  constructor(actions, settings) {
    this.actions = actions;
    this.settings = settings;
    this.section = byId("tools");
    const { lefty, guides } = settings.read();
    actions.store.set({ guides });
    this.mirror(lefty);
    this.listen();
  }

  listen() {
    const { sight } = this.actions;
    for (const part of PARTS) {
      input(part).addEventListener("input", () => sight.setLook(part, input(part).valueAsNumber));
    }
    byId("look-reset").addEventListener("click", () => sight.resetLook());
    byId("alone").addEventListener("click", () => sight.toggleAlone());
    byId("actual").addEventListener("click", () => sight.actual());
    byId("hand").addEventListener("click", () => sight.toggleHand());
    input("guides").addEventListener("change", () => sight.toggleGuides());
    input("lefty").addEventListener("change", () => {
      this.mirror(input("lefty").checked);
      this.settings.write({ lefty: input("lefty").checked });
    });
    this.section.addEventListener("click", (event) => this.clicked(event));
    whileHeld(this.section, "[data-pan]", ({ dataset }) => {
      const [dx, dy] = (dataset.pan ?? "").split(",").map(Number);
      sight.pan(-dx * PAN_STEP, -dy * PAN_STEP);
    });
    byId("open-tools").addEventListener("click", () => this.toggle());
    byId("task").addEventListener("keydown", (event) => this.escape(event), true);
  }

  /** @param {Event} event */
  clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("button"));
    const { mode } = button?.dataset ?? {};
    if (mode && mode !== this.actions.state.mode) this.actions.toggleMode();
  }

  /** Panel and buttons on the other side. @param {boolean} isLefty */
  mirror(isLefty) {
    document.body.dataset.side = isLefty ? "left" : "right";
    input("lefty").checked = isLefty;
  }

  get isOpen() {
    return this.section.classList.contains("is-open");
  }

  toggle() {
    const isOpen = this.section.classList.toggle("is-open");
    byId("open-tools").setAttribute("aria-expanded", String(isOpen));
  }

  /** The sheet closes before anything else is taken back. @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape" || !this.isOpen) return;
    event.stopPropagation();
    this.toggle();
    byId("open-tools").focus();
  }

  /** @param {State} state @param {State} before */
  paint(state, before) {
    setText(byId("zoom-level"), `${Math.round(state.view.scale * 100)} %`);
    byId("alone").setAttribute("aria-pressed", String(state.alone));
    byId("hand").setAttribute("aria-pressed", String(state.hand));
    if (state.look !== before.look) this.paintLook(state);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.section.querySelectorAll("[data-mode]"))) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === state.mode));
    }
    if (state.guides === before.guides) return;
    input("guides").checked = state.guides;
    this.settings.write({ guides: state.guides });
  }

  /** @param {State} state */
  paintLook({ look }) {
    for (const part of PARTS) {
      input(part).valueAsNumber = look[part];
      setText(byId(`${part}-value`), `${look[part]} %`);
    }
  }
}

/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (byId(id));
