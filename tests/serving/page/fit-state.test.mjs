// What a fit may do, and when: above all that nothing is recorded, used or told of a fit that is gone.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as fit from "../../../src/spoofcue/serving/page/fit-state.mjs";

const { advice, begin, canGo, canRecord, canUse, isSummed, next, wantsSummary } = fit;
const after = (events, state = begin()) => events.reduce(next, state);
const GOALS = [
  { goal: "live", have: 1, want: 30, met: false },
  { goal: "turns", have: 3, want: 3, met: true },
  { goal: "distance", have: 1, want: 1.25, met: false },
];
const STEPS = { least: 5, enough: 20, best: 30, attacks: 30 };
const many = (count) => new Array(count).fill(0.3);
const counts = (live, screen = 0, print = 0) => ({ live, screen, print });
const result = (live, screen = 0) => ({
  threshold: 0.6, scores: { live: many(live), ...(screen ? { screen: many(screen) } : {}) },
});
const summary = (live, { of = live, screen = 0, id = "a", without = false } = {}) => ({
  id, people: 1, goals: GOALS, steps: STEPS, counts: counts(live, screen),
  now: { scores: { live: many(of), screen: many(screen), print: [] } },
  result: without || live < 5 ? null : result(of, screen),
});
const BEGUN = { type: "begun", answer: summary(0) };
const ON = { type: "camera-on" };
const RECORD = { type: "record", kind: "live" };
const looked = (live, more = {}) => ({
  type: "looked", kind: "live", taken: 1, fit: "a",
  answer: { taken: true, reason: null, box: null, counts: counts(live), people: 1, goals: GOALS, ...more },
});
const summed = (live, more) => ({ type: "summed", answer: summary(live, more) });
const failed = (kind, request) => ({ type: "request-failed", request, problem: { kind, detail: "" } });
const RECORDING = after([BEGUN, ON, RECORD]);
const RESULT = after([looked(8), summed(8), { type: "step", to: "result" }], RECORDING);

test("faces are recorded of a camera that is on, in their own step", () => {
  assert.equal(RECORDING.recording, "live");
  assert.equal(canRecord(after([BEGUN]), "live"), false);
  assert.equal(canRecord(after([ON]), "live"), false);
  assert.equal(canRecord(RECORDING, "screen"), false);
  assert.equal(after([{ type: "record", kind: "print" }], RECORDING).recording, "live");
  const attacks = after([looked(5), { type: "step", to: "attacks" }], RECORDING);
  assert.equal(attacks.recording, null);
  assert.equal(canRecord(attacks, "live"), false);
  assert.equal(after([{ type: "record", kind: "print" }], attacks).recording, "print");
});

const STOPS = {
  "camera off": { type: "camera-off" },
  "another camera": { type: "camera-asked" },
  "camera lost": { type: "camera-failed", why: "lost" },
  "page hidden": { type: "page-hidden" },
  pause: { type: "pause" },
  "the next person": { type: "next-person" },
  "another step": { type: "step", to: "live" },
  ...Object.fromEntries(
    ["unreachable", "odd-answer", "failed", "no-key", "not-allowed", "not-ready", "no-audit", "too-large",
      "something-new"].map((kind) => [kind, failed(kind, "picture")]),
  ),
};
for (const [name, event] of Object.entries(STOPS)) {
  test(`recording stops, and does not go on by itself, after: ${name}`, () => {
    const stopped = after([event], RECORDING);
    assert.equal(stopped.recording, null);
    assert.equal(after([{ type: "service-ready" }, ON, looked(2)], stopped).recording, null);
    assert.equal(stopped.fit, "a");
  });
}

for (const kind of ["busy", "too-many", "too-long", "timeout"]) {
  test(`recording goes on when one picture had no room: ${kind}`, () => {
    const state = after([failed(kind, "picture")], RECORDING);
    assert.equal(state.recording, "live");
    assert.equal(state.problem, null);
  });
}

for (const kind of ["not-found", "fit-stale"]) {
  for (const request of ["picture", "summary", "adopt", "profile"]) {
    test(`a fit that is gone leaves nothing to use: ${kind} of ${request}`, () => {
      const gone = after([failed(kind, request)], RESULT);
      assert.deepEqual(
        [gone.step, gone.fit, gone.summary, gone.recording, gone.forgotten],
        ["done", null, null, null, "expired"],
      );
      assert.equal(canUse(gone), false);
      assert.equal(after([looked(9), RECORD], gone).summary, null);
      assert.equal(after([{ type: "step", to: "result" }], gone).step, "done");
    });
  }
}

test("with four live faces there is no way on, with five there is", () => {
  const four = after([looked(4)], RECORDING);
  assert.equal(canGo(four, "attacks") || canGo(four, "result"), false);
  assert.equal(after([{ type: "step", to: "attacks" }], four).step, "live");
  const five = after([looked(5)], RECORDING);
  assert.equal(canGo(five, "attacks") && canGo(five, "result"), true);
});

test("a profile is of all faces that there are, or is not used", () => {
  assert.equal(canUse(RESULT), true);
  const more = after([{ type: "step", to: "live" }, RECORD, looked(9), { type: "step", to: "result" }], RESULT);
  assert.equal(wantsSummary(more), true);
  assert.equal(isSummed(more), false);
  assert.equal(canUse(more), false);
  const again = after([summed(9)], more);
  assert.equal(canUse(again), true);
  assert.equal(wantsSummary(again), false);
  assert.equal(canUse(after([summed(9, { without: true })], more)), false);
});

test("while something is asked nothing else is, and what failed may be asked again", () => {
  const asking = after([{ type: "asked", what: "adopt" }], RESULT);
  assert.equal(canUse(asking), false);
  const refused = after([failed("cannot-fit", "adopt")], asking);
  assert.equal(refused.problem.kind, "cannot-fit");
  assert.equal(refused.adopted, null);
  assert.equal(canUse(refused), true);
  const event = { type: "adopted", fit: "a", answer: { model: "m", kept: false } };
  assert.deepEqual(after([event], asking).adopted, { model: "m", kept: false });
  assert.equal(after([{ ...event, fit: "b" }], asking).adopted, null);
});

test("answers about another fit are dropped", () => {
  assert.equal(after([{ ...looked(9), fit: "b" }], RECORDING).summary.counts.live, 0);
  assert.equal(after([summed(9, { id: "b" })], RECORDING).summary.counts.live, 0);
});

test("an answer that makes no sense stops recording", () => {
  const odd = after([looked(1, { counts: { live: "many" } })], RECORDING);
  assert.deepEqual([odd.recording, odd.problem.kind], [null, "odd-answer"]);
});

test("a late answer counts and is not shown", () => {
  const state = after([{ type: "pause" }, looked(3)], RECORDING);
  assert.equal(state.summary.counts.live, 3);
  assert.equal(state.look, null);
});

test("the next person is another one, and is recorded when asked to", () => {
  const state = after([{ type: "next-person" }], RECORDING);
  assert.deepEqual([state.person, state.recording], [2, null]);
  assert.equal(after([{ type: "next-person" }], begin()).person, 1);
});

test("it is done when the service has forgotten, or nobody knows", () => {
  assert.equal(after([{ type: "closed" }], RESULT).forgotten, "closed");
  const unknown = after([{ type: "asked", what: "close" }, failed("unreachable", "close")], RESULT);
  assert.deepEqual([unknown.step, unknown.forgotten, unknown.fit], ["done", "unknown", null]);
  assert.equal(after([failed("not-found", "close")], RESULT).forgotten, "expired");
  const again = after([{ type: "again" }], unknown);
  assert.deepEqual([again.step, again.camera, again.person], ["begin", "on", 1]);
});

test("the line under the camera says what is missing first, and then what would help", () => {
  assert.equal(advice(begin()).key, "why.camera-off");
  assert.equal(advice(after([failed("unreachable", "ready")], RECORDING)).key, "why.service-gone");
  assert.equal(advice(RECORDING).key, "fit.say-waiting");
  assert.equal(advice(after([looked(1)], RECORDING)).key, "hint.distance");
  const box = { x: 1, y: 2, w: 3, h: 4 };
  const alike = advice(after([looked(1, { taken: false, reason: "alike", box })], RECORDING));
  assert.deepEqual([alike.key, alike.box, alike.good], ["advice.alike", box, false]);
  assert.equal(advice(after([{ type: "pause" }], RECORDING)).key, "fit.say-record");
  assert.equal(advice(after([looked(5), { type: "step", to: "attacks" }], RECORDING)).key, "fit.say-attack");
});

test("a key that lacks the scope stays refused while the service is ready", () => {
  const refused = after([failed("not-allowed", "begin"), { type: "service-ready" }]);
  assert.equal(refused.service, "key");
  assert.equal(after([{ type: "key-given" }, { type: "service-ready" }], refused).service, "ready");
});

test("an event that is none is a fault of the page", () => {
  assert.throws(() => next(begin(), { type: "nothing" }));
});
