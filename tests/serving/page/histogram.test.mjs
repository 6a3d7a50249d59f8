import assert from "node:assert/strict";
import { test } from "node:test";

import { LEFT, RIGHT, STEP, bins, logOdds } from "../../../src/spoofcue/serving/page/histogram.mjs";

test("every score is in one bar, by its log-odds", () => {
  const counts = bins([0, 0.5, 0.5, 0.62, 1]);
  assert.equal(counts.length, (RIGHT - LEFT) / STEP);
  assert.equal(counts.reduce((sum, count) => sum + count), 5);
  assert.equal(counts[0], 1);
  assert.equal(counts[14], 3); // 0 to 0.5 of log-odds: 0.5 to 0.622
  assert.equal(counts.at(-1), 1);
  assert.ok(Math.abs(logOdds(0.9) - 2.1972) < 1e-4);
});
