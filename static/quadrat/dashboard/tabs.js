// @ts-check
/** Where a row of tabs is pushed sideways, the page's own one is in sight from the start. */

for (const tabs of document.querySelectorAll("nav.tabs")) {
  const current = tabs.querySelector("[aria-current]");
  if (current instanceof HTMLElement)
    tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}
