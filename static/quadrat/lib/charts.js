// @ts-check
/**
 * Draws a page's charts: each `[data-chart]` names the JSON with its Vega-Lite spec. The library is
 * the page's own (`link#chart-library`) and evaluates expressions without making code of them.
 */
import { byId, readJson } from "./dom.js";

const TOKEN = /^var\((--[\w-]+)\)$/;
const OPTIONS = { ast: true, actions: false, defaultStyle: false, tooltip: false, renderer: "svg" };
/** @typedef {{finalize: () => void}} Drawn */

/** The value that a token has in the theme shown now. @param {HTMLElement} probe @param {string} token */
function valueOf(probe, token) {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

/**
 * The spec with the theme's colours for tokens.
 * @param {any} spec @param {(token: string) => string} value @returns {any}
 */
export function coloured(spec, value) {
  if (Array.isArray(spec)) return spec.map((one) => coloured(one, value));
  if (spec && typeof spec === "object")
    return Object.fromEntries(Object.entries(spec).map(([name, one]) => [name, coloured(one, value)]));
  const token = typeof spec === "string" && TOKEN.exec(spec)?.[1];
  return token ? value(token) : spec;
}

/** @param {HTMLElement} place @param {(place: HTMLElement, spec: any, options: object) => Promise<Drawn>} embed */
async function draw(place, embed) {
  const spec = coloured(readJson(place.dataset.chart ?? ""), (token) => valueOf(place, token));
  place.style.color = "";
  return embed(place, spec, OPTIONS);
}

/** @param {NodeListOf<HTMLElement>} places */
async function start(places) {
  const library = /** @type {HTMLLinkElement} */ (byId("chart-library")).href;
  const { vegaEmbed } = await import(library);
  /** @type {Map<HTMLElement, Drawn>} */
  const drawn = new Map();
  const drawAll = async () => {
    for (const place of places) {
      drawn.get(place)?.finalize();
      drawn.set(place, await draw(place, vegaEmbed));
    }
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void drawAll());
  await drawAll();
  document.documentElement.dataset.charts = "drawn";
}

if (globalThis.document) void start(document.querySelectorAll("[data-chart]"));
