/* What does not fit on a page as it is painted: a function for `page.evaluate`, which returns one
   line for each fault. Of an open dialog only the dialog is looked at. */
() => {
  const faults = [];
  const page = document.documentElement;
  const top = document.querySelector("dialog[open]") ?? document.body;
  const name = (el) => `${el.localName}${el.id && `#${el.id}`} "${el.textContent.trim().slice(0, 40)}"`;
  const isShown = (el) =>
    el.checkVisibility({ visibilityProperty: true }) && !el.closest(".visually-hidden, .skip");
  /* a part that scrolls by itself hides its rest on purpose, and so does one that ends in dots */
  const isCut = (el) => {
    for (let at = el; at && at !== top; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX !== "visible" && at.scrollWidth > at.clientWidth) return true;
      if (overflowY !== "visible" && at.scrollHeight > at.clientHeight) return true;
    }
    return false;
  };

  if (page.scrollWidth > innerWidth) faults.push(`the page scrolls sideways, to ${page.scrollWidth}`);
  for (const el of top.querySelectorAll("button, a.button, summary, label, h1, h2, h3")) {
    if (!isShown(el) || getComputedStyle(el).display === "inline") continue;
    const wide = el.scrollWidth - el.clientWidth;
    const high = el.scrollHeight - el.clientHeight;
    if (wide > 1 || high > 3) faults.push(`${name(el)} is cut off by ${wide} x ${high}`);
  }

  const places = [];
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || el.closest("script, style, template") || !isShown(el) || isCut(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) if (rect.width > 1) places.push({ el, rect });
  }
  for (const { el, rect } of places) {
    if (rect.left < -1 || rect.right > innerWidth + 1) faults.push(`${name(el)} leaves the window`);
  }
  /* these lie over others, and are painted so */
  const isOver = (el) =>
    el.closest(".hint-over, .toast, .flash, .note, .feedback, .tools.is-open, #go-back, .tile-mark, .actions");
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1)) {
      if (a.el === b.el || isOver(a.el) || isOver(b.el)) continue;
      const w = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const h = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      if (w > 3 && h > 4) faults.push(`${name(a.el)} lies over ${name(b.el)}`);
    }
  });
  return faults;
}
