// A check by the camera: every frame is a new one, and what fails is given up.

import assert from "node:assert/strict";
import { test } from "node:test";

import { attempt } from "../../../src/spoofcue/serving/page/attempt.mjs";
import { Failure } from "../../../src/spoofcue/serving/page/service.mjs";

// A camera and a service that note what they are asked, in the order of it.
function noted({ gives = () => true, answers = {} } = {}) {
  const asked = [];
  let shown = 0;
  const camera = {
    nextFrame: async () => gives((shown += 1)),
    frame: async () => ({ blob: `frame ${shown}` }),
  };
  const said = (name) => async (...given) => {
    asked.push([name, ...given]);
    return answers[name]?.(...given);
  };
  const begun = { id: "a", token: "t" };
  const service = {
    begin: async () => begun, sendFrame: said("send"), finish: said("finish"), giveUp: said("giveUp"),
  };
  return { asked, begun, camera, service, signal: new AbortController().signal };
}

test("new frames are sent one after the other, then it is decided", async () => {
  const given = noted({ answers: { finish: () => ({ decision: "live", place: 3 }) } });
  const before = Date.now();
  const { answer, taken, frame } = await attempt(given);
  assert.equal(frame, "frame 4"); // the one that the box is of
  assert.equal(answer.decision, "live");
  assert.ok(taken > before && taken <= Date.now());
  const frames = given.asked.filter(([name]) => name === "send").map(([, , frame]) => frame);
  assert.equal(frames.length, 10);
  assert.equal(new Set(frames).size, 10);
  assert.equal(given.asked.at(-1)[0], "finish");
});

test("where the answer names no frame, none is shown", async () => {
  const given = noted({ answers: { finish: () => ({ decision: "rejected", place: null }) } });
  assert.equal((await attempt(given)).frame, null);
});

const FAULTS = {
  "the camera gives no more": [{ gives: (number) => number < 3 }, "no-frames", 2],
  "a frame is refused": [
    { answers: { send: () => { throw new Failure("attempt-over"); } } }, "attempt-over", 1,
  ],
};
for (const [name, [options, kind, sent]] of Object.entries(FAULTS)) {
  test(`it is given up and not decided when ${name}`, async () => {
    const given = noted(options);
    await assert.rejects(attempt(given), { kind });
    const names = given.asked.map(([said]) => said);
    assert.deepEqual(names, [...new Array(sent).fill("send"), "giveUp"]);
    assert.equal(given.asked.at(-1)[1], given.begun);
  });
}

test("it is given up when something else is before the service meanwhile", async () => {
  const leaving = new AbortController();
  const given = noted({ answers: { send: () => leaving.abort() } });
  await assert.rejects(attempt({ ...given, signal: leaving.signal }));
  assert.deepEqual(given.asked.map(([said]) => said), ["send", "giveUp"]);
});
