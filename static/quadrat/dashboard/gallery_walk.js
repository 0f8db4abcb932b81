// @ts-check
/** Walking over the cards of the gallery. */

/**
 * The card that an arrow leads to; at an edge the same one. Above and below are found by where
 * cards are, as the number of columns follows the window.
 * @template {{offsetTop: number, offsetLeft: number}} C
 * @param {C[]} cards @param {C} current @param {string} key
 * @returns {C}
 */
export function step(cards, current, key) {
  const at = cards.indexOf(current);
  if (key === "ArrowLeft") return cards[at - 1] ?? current;
  if (key === "ArrowRight") return cards[at + 1] ?? current;
  const isDown = key === "ArrowDown";
  const beyond = cards.filter((card) =>
    isDown ? card.offsetTop > current.offsetTop : card.offsetTop < current.offsetTop,
  );
  const row = isDown ? beyond[0]?.offsetTop : beyond.at(-1)?.offsetTop;
  const inRow = beyond.filter((card) => card.offsetTop === row);
  /** @param {C} card */
  const off = (card) => Math.abs(card.offsetLeft - current.offsetLeft);
  return inRow.reduce((best, card) => (off(card) < off(best) ? card : best), inRow[0] ?? current);
}

/**
 * Only the current card's controls are met by Tab; the other cards by their photo's link alone
 * would still be sixty stops.
 * @param {HTMLElement[]} cards @param {HTMLElement} current
 */
export function arrange(cards, current) {
  for (const card of cards) {
    card.classList.toggle("is-current", card === current);
    for (const control of card.querySelectorAll("a, button")) {
      if (card === current) control.removeAttribute("tabindex");
      else control.setAttribute("tabindex", "-1");
    }
  }
}
