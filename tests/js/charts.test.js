// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { coloured } from "../../static/quadrat/lib/charts.js";

test("a token in a spec becomes the theme's colour, wherever it stands", () => {
  const spec = { mark: { color: "var(--link)" }, range: ["var(--ink)", "#123456"], n: 3, none: null };
  const drawn = coloured(spec, (token) => `value of ${token}`);
  assert.deepEqual(drawn, {
    mark: { color: "value of --link" },
    range: ["value of --ink", "#123456"],
    n: 3,
    none: null,
  });
});

test("words that only mention a token stay as they are", () => {
  assert.equal(coloured("see var(--link)", () => "blue"), "see var(--link)");
});
