// Every way a request can end is an answer or a Failure with a kind that the page knows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure, Service, ofFile } from "../../../src/spoofcue/serving/page/service.mjs";

const FRAME = new Blob(["jpeg"], { type: "image/jpeg" });
const reply = (body, status = 200, headers = {}) => new Response(body, { status, headers });
const problem = (kind, status, headers) =>
  reply(JSON.stringify({ type: `urn:spoofcue:problem:${kind}`, detail: "why" }), status, headers);

const fails = async (send, kind, more = {}) => {
  await assert.rejects(new Service(send).look(FRAME), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.kind, kind);
    assert.deepEqual({ ...error, ...more }, { ...error });
    return true;
  });
};

test("an answer is what the service says", async () => {
  const asked = [];
  const service = new Service(async (...given) => {
    asked.push(given);
    return reply('{"decision":"attack"}');
  });
  assert.deepEqual(await service.look(FRAME), { decision: "attack" });
  const [[address, options]] = asked;
  assert.equal(address, "v1/looks");
  assert.equal(options.method, "POST");
  assert.equal(options.body, FRAME);
  assert.deepEqual(options.headers, { "Content-Type": "image/jpeg" });
  assert.equal(options.redirect, "error");
  assert.equal(options.cache, "no-store");
});

test("a key goes with every request but the one for readiness", async () => {
  const sent = {};
  const service = new Service(async (address, { headers }) => {
    sent[address] = headers ?? {};
    return reply('{"models":[]}');
  });
  service.key = "k";
  await service.look(FRAME);
  await service.models();
  await service.ready();
  assert.equal(sent["v1/looks"].Authorization, "Bearer k");
  assert.equal(sent["v1/models"].Authorization, "Bearer k");
  assert.equal(sent.readyz.Authorization, undefined);
});

test("problem documents are named by their type, with the time to wait", async () => {
  await fails(async () => problem("busy", 503, { "Retry-After": "3" }), "busy", { retryMs: 3000 });
  await fails(async () => problem("no-key", 401), "no-key", { detail: "why", retryMs: 0 });
});

test("what is no problem document is no answer either", async () => {
  await fails(async () => reply("<html>bad gateway", 502), "unreachable");
  await fails(async () => reply("{}", 404), "odd-answer");
  await fails(async () => reply('{"decision":"live"}', 201), "odd-answer");
});

test("a broken body is no answer", async () => {
  await fails(async () => reply('{"decision":"li'), "odd-answer");
  const breaking = new ReadableStream({ pull: (to) => to.error(new TypeError("gone")) });
  await fails(async () => reply(breaking), "unreachable");
});

test("no connection, no time, and a request that was given up differ", async () => {
  const thrown = (name) => async () => {
    throw Object.assign(new Error(name), { name });
  };
  await fails(thrown("TypeError"), "unreachable");
  await fails(thrown("TimeoutError"), "timeout");
  await fails(thrown("AbortError"), "left");
});

test("leaving ends a request", async () => {
  const leaving = new AbortController();
  const send = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const asked = new Service(send).check(ofFile(FRAME), leaving.signal);
  leaving.abort();
  await assert.rejects(asked, { kind: "left" });
});

test("a file is one check, with its evidence in the answer", async () => {
  const asked = [];
  const service = new Service(async (...given) => {
    asked.push(given);
    return reply('{"decision":"attack","overlay":null}');
  });
  assert.equal((await service.check(ofFile(FRAME))).decision, "attack");
  assert.deepEqual(asked.map(([address]) => address), ["v1/checks?evidence=inline"]);
});

test("an attempt is asked for with the key, or with its token where there is none", async () => {
  for (const key of ["", "k"]) {
    const sent = [];
    const service = new Service(async (address, { method, headers }) => {
      sent.push([method, address, headers.Authorization]);
      const statuses = { "v1/attempts": 201, "v1/attempts/a": 204 };
      const status = statuses[address] ?? 200;
      return reply(status === 204 ? null : '{"id":"a","token":"t","decision":"live"}', status);
    });
    service.key = key;
    const begun = await service.begin();
    await service.sendFrame(begun, FRAME);
    assert.equal((await service.finish(begun)).decision, "live");
    await service.giveUp(begun);
    const by = `Bearer ${key || "t"}`;
    assert.deepEqual(sent, [
      ["POST", "v1/attempts", key ? by : undefined],
      ["POST", "v1/attempts/a/frames?look=no", by],
      ["POST", "v1/attempts/a/finish?evidence=inline", by],
      ["DELETE", "v1/attempts/a", by],
    ]);
  }
});
