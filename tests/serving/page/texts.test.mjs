import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, filled } from "../../../src/spoofcue/serving/page/texts.mjs";

test("the first language of the reader's that there is", () => {
  assert.equal(chosen(["de-AT", "fr"], ["en", "fr"]), "fr");
  assert.equal(chosen(["EN-gb", "fr"], ["en", "fr"]), "en");
  assert.equal(chosen(["de"], ["en", "fr"]), "en");
  assert.equal(chosen([], ["en"]), "en");
});

test("texts are filled in, and a missing one is seen", () => {
  const texts = { a: "{x} of {y} {x}" };
  assert.equal(filled(texts, "a", { x: 1, y: "{x}" }), "1 of {x} 1");
  assert.equal(filled(texts, "a", { x: 0 }), "0 of {y} 0");
  assert.equal(filled(texts, "b"), "b");
});
