// @ts-check

/** The element, which the template promises. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @returns {HTMLDialogElement} */
export const dialog = (id) => /** @type {HTMLDialogElement} */ (byId(id));

/** Every such element runs it when pressed. @param {string} selector @param {() => void} run */
export function onClick(selector, run) {
  for (const element of document.querySelectorAll(selector)) element.addEventListener("click", run);
}

/** What `json_script` left in the page. @param {string} id @returns {any} */
export const readJson = (id) => JSON.parse(byId(id).textContent ?? "null");

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string|number|boolean>} [attributes]
 * @param {...(Node|string)} children @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** @param {string} tag @param {Record<string, string|number>} attributes */
export function makeSvg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** Write only what changed: setting equal text makes screen readers repeat it. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A sentence of the page's `<template id="strings">`, so that translators see every word.
 * `{n}` is filled from `values`; with `n` given, `key.one` or `key.other` is chosen.
 * @param {string} key @param {Record<string, string|number>} [values]
 */
export function say(key, values = {}) {
  const { content } = /** @type {HTMLTemplateElement} */ (byId("strings"));
  const form = "n" in values ? new Intl.PluralRules(document.documentElement.lang || "en").select(Number(values.n)) : "";
  const text = ["." + form, ".other", ""]
    .map((ending) => content.querySelector(`[data-key="${key}${ending}"]`)?.textContent)
    .find((found) => found != null);
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
