// What may be shown, and when: above all that `live` stands only while nothing is missing.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as page from "../../../src/spoofcue/serving/page/state.mjs";

const { begin, canCheck, next, preview, standing, wordOf } = page;
const T = 1_700_000_000_000;
const BOX = { x: 1, y: 2, w: 30, h: 40 };
const LIVE = {
  decision: "live", score: 0.2, threshold: 0.5, reason: null, detail: null, advice: null,
  box: BOX, faces: 1, frames: 6, evidence: [],
};
const ATTACK = { ...LIVE, decision: "attack", score: 0.9 };
const REJECTED = { ...LIVE, decision: "rejected", score: null, reason: "no_face", box: null, faces: 0, frames: 0 };

const after = (events, state = begin()) => events.reduce(next, state);
const READY = { type: "service-ready" };
const ON = { type: "camera-on", name: "cam" };
const FILE = { type: "file-opened", name: "a.jpg" };
const START = { type: "check-started" };
const answered = (answer, picture = 1, taken = T) => ({ type: "check-answered", picture, answer, taken });
const looked = (answer, taken, picture = 1) => ({ type: "looked", picture, answer, taken });
const failed = (kind, request, picture = 1) => ({
  type: "request-failed", picture, request, problem: { kind }, taken: T,
});
const filmed = (answer) => after([READY, ON, START, answered(answer)]);

test("a check of the camera stands, for each decision", () => {
  for (const answer of [LIVE, ATTACK, REJECTED]) {
    assert.deepEqual(standing(filmed(answer), T + 10), { word: answer.decision, why: null });
  }
});

test("nothing is said before the first check", () => {
  assert.deepEqual(standing(begin(), T), { word: "none", why: "nothing-yet" });
  assert.equal(standing(after([READY, ON]), T).word, "none");
});

// each of these alone takes a live result away
const TAKES_AWAY = {
  "camera-off": { type: "camera-off" },
  "another camera": { type: "camera-asked" },
  "camera lost": { type: "camera-failed", why: "lost" },
  "camera stalled": { type: "camera-failed", why: "stalled" },
  "camera refused": { type: "camera-failed", why: "refused" },
  "camera on again": ON,
  "a file": FILE,
  "page hidden": { type: "page-hidden" },
  "a new check": START,
  "face left": looked(REJECTED, T + 1),
  "more faces": looked({ ...REJECTED, reason: "several_faces", faces: 2 }, T + 1),
  "a look that makes no sense": looked({ decision: "alive" }, T + 1),
  ...Object.fromEntries(
    ["unreachable", "timeout", "odd-answer", "failed", "no-key", "not-allowed", "not-ready",
      "no-audit", "busy", "too-many", "too-long", "too-large", "something-new"].flatMap((kind) => [
      [`look: ${kind}`, failed(kind, "look")],
      [`ready: ${kind}`, failed(kind, "ready")],
    ]),
  ),
};

for (const [name, event] of Object.entries(TAKES_AWAY)) {
  test(`live is gone and stays gone after: ${name}`, () => {
    const gone = after([event], filmed(LIVE));
    assert.equal(standing(gone, T + 10).word, "none");
    // and nothing but a new check brings it back
    const { picture } = gone;
    const back = after([READY, ON, looked(LIVE, T + 20, picture + 1), READY], gone);
    assert.equal(standing(back, T + 20).word, "none");
    const again = after([START, answered(LIVE, back.picture, T + 30)], back);
    assert.equal(standing(again, T + 40).word, "live");
  });
}

test("of a camera a result grows old; of a file it does not", () => {
  assert.equal(standing(filmed(LIVE), T + page.DECISION_MS).word, "live");
  assert.deepEqual(standing(filmed(LIVE), T + page.DECISION_MS + 1), { word: "none", why: "too-old" });
  const file = after([READY, FILE, START, answered(LIVE)]);
  assert.equal(standing(file, T + 3_600_000).word, "live");
});

test("a clock that is put back makes no result young again", () => {
  assert.deepEqual(standing(filmed(LIVE), T - 1), { word: "none", why: "too-old" });
});

test("the age is that of the picture, however late the answer", () => {
  const state = after([READY, ON, START, answered(LIVE, 1, T - page.DECISION_MS)]);
  assert.equal(standing(state, T + 1).why, "too-old");
});

test("an answer about a picture that is gone is dropped", () => {
  const state = after([READY, ON, START, FILE, answered(LIVE, 1), looked(LIVE, T, 1)]);
  assert.equal(standing(state, T).word, "none");
  assert.equal(state.history.length, 0);
  assert.equal(state.look, null);
  const other = after([START, answered(LIVE, 1)], state);
  assert.equal(standing(other, T).why, "checking");
});

test("an answer that nobody waits for is dropped", () => {
  assert.equal(standing(after([READY, ON, answered(LIVE)]), T).word, "none");
});

test("a failed check says so until the next, whatever is looked at meanwhile", () => {
  const state = after([READY, ON, START, failed("failed", "check"), looked(LIVE, T + 1), READY]);
  assert.deepEqual(standing(state, T + 1), { word: "none", why: "failed" });
  assert.equal(state.checking, false);
  assert.deepEqual(state.history.map((row) => row.word), ["none"]);
  const again = after([START, answered(ATTACK, 1, T + 2)], state);
  assert.equal(standing(again, T + 3).word, "attack");
});

const ODD = [
  null, undefined, "live", 7, [], {}, { decision: "alive" }, { decision: "LIVE" },
  { ...LIVE, score: null }, { ...LIVE, score: NaN }, { ...LIVE, score: "0.1" }, { ...LIVE, score: -0.1 },
  { ...LIVE, score: 1.1 }, { ...LIVE, threshold: null }, { ...LIVE, reason: "blurred" },
  { ...LIVE, reason: undefined }, { ...LIVE, box: null }, { ...LIVE, box: undefined },
  { ...LIVE, faces: 0 }, { ...LIVE, frames: 0 }, { decision: "live" },
];

test("an odd answer is no decision, and never live", () => {
  for (const answer of ODD) {
    assert.equal(wordOf(answer), "none");
    const state = filmed(answer);
    assert.equal(standing(state, T + 1).word, "none");
    assert.equal(state.history[0].word, "none");
  }
});

test("a look decides nothing", () => {
  const state = after([READY, ON, looked(LIVE, T)]);
  assert.deepEqual(standing(state, T), { word: "none", why: "nothing-yet" });
  assert.deepEqual(state.history, []);
  assert.deepEqual(preview(state, T), { key: "preview.good", box: BOX, good: true });
});

test("a face that leaves takes an attack away, and not that there was none to judge", () => {
  const gone = looked(REJECTED, T + 1);
  assert.deepEqual(standing(after([gone], filmed(ATTACK)), T + 2), { word: "none", why: "face-left" });
  assert.equal(standing(after([gone], filmed(REJECTED)), T + 2).word, "rejected");
});

test("the advice is of the newest look and goes with it", () => {
  const blurred = { ...REJECTED, reason: "blurred", box: BOX, faces: 1 };
  const state = after([READY, ON, looked(blurred, T), looked(LIVE, T - 5)]);
  assert.deepEqual(preview(state, T), { key: "advice.blurred", box: BOX, good: false });
  const late = preview(state, T + page.LOOK_MS + 1);
  assert.deepEqual(late, { key: "preview.waiting", box: null, good: false });
  assert.equal(preview(after([failed("busy", "look")], state), T).key, "why.service-busy");
  assert.equal(preview(after([{ type: "camera-failed", why: "lost" }], state), T).key, "why.camera-lost");
});

test("the box on a file is of a result that stands", () => {
  const state = after([READY, FILE, START, answered(LIVE)]);
  assert.deepEqual(preview(state, T).box, BOX);
  assert.equal(preview(after([FILE], state), T).box, null);
  assert.equal(preview(after([failed("unreachable", "ready")], state), T).box, null);
});

test("a check needs a picture, a service, and no other check", () => {
  assert.equal(canCheck(begin()), false);
  assert.equal(canCheck(after([{ type: "camera-asked" }])), false);
  assert.equal(canCheck(after([ON])), true);
  assert.equal(canCheck(after([FILE])), true);
  assert.equal(canCheck(after([ON, START])), false);
  assert.equal(canCheck(after([ON, failed("unreachable", "look")])), false);
  assert.equal(canCheck(after([ON, failed("busy", "look")])), true);
});

test("a key that may not check is asked for until another is given", () => {
  const state = after([READY, ON, failed("not-allowed", "look"), READY]);
  assert.equal(state.service, "key");
  assert.equal(after([{ type: "key-given" }, READY], state).service, "ready");
});

test("the history is bounded, the newest first, and can be cleared", () => {
  let state = after([READY, FILE]);
  for (let at = 0; at < page.HISTORY + 5; at += 1) {
    state = after([START, answered(ATTACK, 1, T + at)], state);
  }
  assert.equal(state.history.length, page.HISTORY);
  assert.equal(state.history[0].taken, T + page.HISTORY + 4);
  assert.deepEqual(after([{ type: "history-cleared" }], state).history, []);
});

test("an unknown event is a fault of the page", () => {
  assert.throws(() => next(begin(), { type: "no-such" }));
});

test("by any row of events, live is of the last check and nothing has come between", () => {
  let seed = 1; // of a linear congruential generator: the same rows every time
  const draw = (most) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * most);
  };
  let lives = 0;
  for (let row = 0; row < 600; row += 1) {
    let state = begin();
    let now = T;
    let live = null; // when a live check was taken that nothing has taken away
    for (let step = 0; step < 25; step += 1) {
      now += 1 + draw(1500);
      const { picture, checking } = state;
      const good = answered(LIVE, picture, now);
      const harmless = [READY, looked(LIVE, now, picture), { type: "history-cleared" }];
      const events = [
        ...harmless, good, good, good, START, START, ON, FILE, answered(ATTACK, picture, now),
        looked(REJECTED, now, picture), failed("busy", "look", picture), { type: "camera-off" },
        failed("unreachable", "ready", picture - 1), { type: "page-hidden" },
      ];
      const event = events[draw(events.length)];
      state = next(state, event);
      const unasked = event.type === "check-answered" && !checking;
      if (!unasked && !harmless.includes(event)) {
        live = event === good ? now : null;
      }
      if (standing(state, now).word === "live") {
        lives += 1;
        assert.notEqual(live, null, `${event.type} left live`);
        assert.ok(state.source === "file" || now - live <= page.DECISION_MS);
      }
    }
  }
  assert.ok(lives > 100, `only ${lives}`);
});
