// @ts-check
/** Looking closer: press the photo (or Z) to magnify it there, move to look around, press again. */

const TIMES = 3;

export class Closer {
  /** @param {HTMLElement} stage @param {() => HTMLElement|null} photo */
  constructor(stage, photo) {
    this.stage = stage;
    this.photo = photo;
    this.isNear = false;
    stage.addEventListener("click", (event) => this.toggle(event));
    stage.addEventListener("pointermove", (event) => this.isNear && this.look(event));
  }

  /** @param {{clientX: number, clientY: number}} [at] the middle of the stage by default */
  toggle(at) {
    if (this.isNear) this.reset();
    else {
      const { left, top, width, height } = this.stage.getBoundingClientRect();
      this.isNear = true;
      this.look(at ?? { clientX: left + width / 2, clientY: top + height / 2 });
    }
    this.stage.classList.toggle("is-near", this.isNear);
  }

  reset() {
    this.isNear = false;
    this.stage.classList.remove("is-near");
    const photo = this.photo();
    if (photo) photo.style.transform = "";
  }

  /** @param {{clientX: number, clientY: number}} at */
  look({ clientX, clientY }) {
    const photo = this.photo();
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    if (!photo) return;
    const x = 100 * Math.min(1, Math.max(0, (clientX - left) / width));
    const y = 100 * Math.min(1, Math.max(0, (clientY - top) / height));
    photo.style.transformOrigin = `${x}% ${y}%`;
    photo.style.transform = `scale(${TIMES})`;
  }
}
