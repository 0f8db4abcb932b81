// @ts-check
/** A button of a pad that is held goes on and on, as a key does. */
const FIRST_MS = 400;
const NEXT_MS = 80;

/**
 * @param {HTMLElement} area @param {string} selector its buttons
 * @param {(button: HTMLElement, pointer: string, isHeld: boolean) => void} run
 *   `pointer`: a pointer type, "" for a key; `isHeld`: it goes on from the step before
 */
export function whileHeld(area, selector, run) {
  let timer = 0;
  let steps = 0;
  const find = (/** @type {Event} */ { target }) =>
    /** @type {HTMLElement|null} */ (/** @type {Element} */ (target).closest(selector));
  const stop = () => clearTimeout(timer);

  area.addEventListener("pointerdown", (event) => {
    const button = find(event);
    stop();
    steps = 0;
    if (!button || event.button) return;
    const step = () => {
      run(button, event.pointerType, steps > 0);
      steps += 1;
      timer = window.setTimeout(step, NEXT_MS);
    };
    timer = window.setTimeout(step, FIRST_MS);
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, stop, true);
  addEventListener("blur", stop); // the window's: the press itself takes the focus from something
  area.addEventListener("click", (event) => {
    const button = find(event);
    // the click that ends a hold is no step of its own; a key's click has no detail
    if (button && (!steps || !event.detail)) {
      run(button, /** @type {PointerEvent} */ (event).pointerType, false);
    }
    steps = 0;
  });
  area.addEventListener("contextmenu", (event) => find(event) && event.preventDefault());
}
