// @ts-check
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Keymap, STANDARD, namesOf } from "../../static/quadrat/editor/keymap.js";
import { give } from "../../static/quadrat/editor/keytable.js";
import { Settings } from "../../static/quadrat/editor/settings.js";
import { Storage } from "../../static/quadrat/lib/storage.js";

/** The map without the page's labels. */
class Keys extends Keymap {
  show() {}
}

let storage = new Storage(null);
const keymap = () => new Keys(new Settings(storage, "ada"));

/** @param {string} key @param {string} [code] @param {boolean} [shiftKey] */
const press = (key, code = "", shiftKey = false) => ({ key, code, shiftKey });

beforeEach(() => {
  storage = new Storage(null);
});

test("no two commands have the same key", () => {
  const keys = Object.values(STANDARD);
  assert.equal(new Set(keys).size, keys.length);
});

test("letters go by what is printed on them, on any Latin layout", () => {
  const map = keymap();
  assert.equal(map.commandOf(press("n", "KeyN")), "nothing");
  assert.equal(map.commandOf(press("n", "KeyL")), "nothing"); // Dvorak
  assert.equal(map.commandOf(press("N", "KeyN")), "nothing"); // caps lock
  assert.equal(map.commandOf(press("Z", "KeyW", true)), "goBack"); // AZERTY
  assert.equal(map.commandOf(press("z", "KeyZ")), undefined);
});

test("letters go by their place where the layout has none, digits wherever it has signs", () => {
  const map = keymap();
  assert.equal(map.commandOf(press("т", "KeyN")), "nothing"); // Russian
  assert.equal(map.commandOf(press("Я", "KeyZ", true)), "goBack");
  assert.equal(map.commandOf(press("à", "Digit0")), "whole"); // AZERTY
  assert.equal(map.commandOf(press("1", "Numpad1")), "actual");
  assert.equal(map.commandOf(press("#", "Backslash")), "plain"); // German
});

test("signs are signs, with or without Shift, wherever they are", () => {
  const map = keymap();
  assert.equal(map.commandOf(press("?", "Slash", true)), "help");
  assert.equal(map.commandOf(press("?", "KeyM", true)), "help"); // AZERTY
  assert.equal(map.commandOf(press(",", "KeyM")), "darker");
  assert.equal(map.commandOf(press("<", "Comma", true)), "duller");
  assert.equal(map.commandOf(press("=", "Equal")), "larger");
});

test("a command takes another key, and who had it gets the one that is free", () => {
  const map = keymap();
  give(map, "nothing", "U");
  assert.equal(map.commandOf(press("u", "KeyU")), "nothing");
  assert.equal(map.commandOf(press("n", "KeyN")), "cantTell");
  give(map, "box", "Q");
  assert.equal(map.commandOf(press("q", "KeyQ")), "box");
  assert.equal(map.commandOf(press("b", "KeyB")), undefined);
});

test("a command without a key has none, and F1 always helps", () => {
  const map = keymap();
  give(map, "nothing", "");
  give(map, "cantTell", "");
  assert.equal(map.commandOf(press("n", "KeyN")), undefined);
  give(map, "help", "");
  assert.equal(map.commandOf(press("?", "Slash", true)), undefined);
  assert.equal(map.commandOf(press("F1", "F1")), "help");
});

test("single keys can be switched off, and all of it is kept for this worker only", () => {
  give(keymap(), "nothing", "Q");
  const map = keymap();
  assert.equal(map.keyOf("nothing"), "Q");
  map.keep(map.own, false);
  assert.equal(keymap().commandOf(press("q", "KeyQ")), undefined);
  assert.equal(keymap().commandOf(press("u", "KeyU")), undefined);
  assert.equal(keymap().commandOf(press("F1", "F1")), "help");
  const other = new Keys(new Settings(storage, "ben"));
  assert.equal(other.commandOf(press("n", "KeyN")), "nothing");
});

test("keys with names of their own are no single keys", () => {
  assert.deepEqual(namesOf(press("Enter", "Enter")), ["Enter", undefined]);
  for (const key of ["Enter", " ", "ArrowLeft", "Tab", "Escape"]) {
    assert.equal(keymap().commandOf(press(key, key)), undefined);
  }
});

test("a key given while none counts is taken from the command that has it", () => {
  const map = keymap();
  map.keep({}, false);
  give(map, "nothing", "U");
  assert.equal(map.commandOf(press("u")), "nothing");
  assert.deepEqual([map.hasKeys, map.keyOf("cantTell")], [true, "N"]);
});
