// @ts-check
/** Contrast of the tokens by WCAG 2.2 (relative luminance, 1.4.3 and 1.4.11), in both themes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const CSS = new URL("../../static/quadrat/css/", import.meta.url);
const tokens = readFileSync(new URL("tokens.css", CSS), "utf8");

/** @param {0|1} theme 0 light, 1 dark @returns {Record<string, string>} */
function colours(theme) {
  const pairs = [...tokens.matchAll(/--([\w-]+): ([^;]*);/g)].flatMap(([, name, value]) => {
    const found = value.match(/#[0-9a-f]{6}/g);
    return found ? [[name, found[theme] ?? found[0]]] : [];
  });
  return Object.fromEntries(pairs);
}

/** @param {string} hex */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const share = parseInt(hex.slice(i, i + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["surface", "raised", "sunken"];
const TINTS = ["ok-tint", "warn-tint", "bad-tint"];

for (const theme of /** @type {const} */ ([0, 1])) {
  const name = theme ? "dark" : "light";
  const colour = colours(theme);

  /** @param {string[]} front @param {string[]} back @param {number} least */
  const all = (front, back, least) => {
    for (const a of front) {
      for (const b of back) {
        const ratio = contrast(colour[a], colour[b]);
        assert.ok(ratio >= least, `${a} on ${b} is ${ratio.toFixed(2)}, not ${least}`);
      }
    }
  };

  test(`${name}: text can be read on every ground`, () => {
    all(["ink", "muted", "link", "ok", "warn", "bad"], [...GROUNDS, ...TINTS], 4.5);
    for (const fill of ["accent", "ok", "warn", "bad"]) all([`on-${fill}`], [fill], 4.5);
  });

  test(`${name}: outlines and the focus ring can be seen`, () => {
    all(["edge", "focus"], GROUNDS, 3);
  });
}

test("raw colours stand in the tokens only", () => {
  for (const file of ["base", "task", "editor", "verify", "pages", "dashboard", "figures", "photos"]) {
    const css = readFileSync(new URL(`${file}.css`, CSS), "utf8").replace(/\/\*[^]*?\*\//g, "");
    const raw = css.match(/#[0-9a-f]{3,8}\b(?=[^{]*;)|rgba?\(|hsla?\(/gi);
    assert.equal(raw, null, `${file}.css`);
  }
});
