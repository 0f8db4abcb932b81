// @ts-check
/** Each task page names all its modules, so that the browser fetches them at once and not level by level. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../static/", import.meta.url);
const TEMPLATES = new URL("../../templates/", import.meta.url);

/** Every module reachable from `name`. @param {string} name @param {Set<string>} [found] */
function reachable(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(new URL(name, STATIC), "utf8");
  for (const [, path] of text.matchAll(/^(?:import|\} from) ?[^"\n]*"(\.[^"]+)";$/gm)) {
    reachable(new URL(path, new URL(name, STATIC)).href.slice(STATIC.href.length), found);
  }
  return found;
}

for (const [page, main] of [
  ["annotate/task.html", "quadrat/editor/main.js"],
  ["verify/task.html", "quadrat/verify/main.js"],
]) {
  test(`${page} preloads exactly what ${main} needs`, () => {
    const html = readFileSync(new URL(page, TEMPLATES), "utf8");
    const named = [...html.matchAll(/modulepreload" href="\{% static '([^']+)'/g)].map((m) => m[1]);
    const needed = [...reachable(main)].filter((name) => name !== main);
    assert.deepEqual(named.sort(), needed.sort());
  });
}
