// @ts-check
/**
 * Whether the worker finds the way by keyboard or by pointer, for styles: a ring around the
 * whole photo helps the one and disturbs the other.
 */
const WAYFINDING = /^(Tab|Arrow.*|F1|b|e|\[|\])$/i;

export function watchHand() {
  const { dataset } = document.body;
  addEventListener("pointerdown", () => (dataset.hand = "pointer"), true);
  addEventListener("keydown", ({ key }) => WAYFINDING.test(key) && (dataset.hand = "keys"), true);
}
