// What the page asks the service. A request ends as an answer or throws a Failure; nothing else.

export const LOOK_TIMEOUT_MS = 8000;
export const CHECK_TIMEOUT_MS = 45_000; // longer than the service's own, whose word is clearer
const PROBLEM = "urn:spoofcue:problem:";

export class Failure extends Error {
  // kind: the last part of a problem document's type, or unreachable, timeout, odd-answer, left.
  constructor(kind, detail = "", retryMs = 0) {
    super(detail || kind);
    this.kind = kind;
    this.detail = detail;
    this.retryMs = retryMs;
  }
}

export class Service {
  #key = "";

  // send: as fetch.
  constructor(send = (...given) => fetch(...given)) {
    this.send = send;
  }

  // The key is kept in memory alone.
  set key(key) {
    this.#key = key;
  }

  // Where the face of one frame is; no decision.
  look(frame, signal) {
    const options = { method: "POST", body: frame, type: frame.type, signal };
    return this.json("v1/looks", options, LOOK_TIMEOUT_MS);
  }

  // The decision on a file, with the picture of the evidence as `overlay`.
  check(body, signal) {
    const options = { method: "POST", body: body.content, type: body.type, signal };
    return this.json("v1/checks?evidence=inline", options, CHECK_TIMEOUT_MS);
  }

  // An attempt by id: { id, token, ... }.
  begin(signal) {
    return this.json("v1/attempts", { method: "POST", signal }, LOOK_TIMEOUT_MS, 201);
  }

  sendFrame({ id, token }, frame, signal) {
    const options = { method: "POST", body: frame, type: frame.type, signal, token };
    return this.json(`v1/attempts/${id}/frames?look=no`, options, LOOK_TIMEOUT_MS);
  }

  // The decision on all of its frames, as of a check.
  finish({ id, token }, signal) {
    const options = { method: "POST", signal, token };
    return this.json(`v1/attempts/${id}/finish?evidence=inline`, options, CHECK_TIMEOUT_MS);
  }

  async giveUp({ id, token }) {
    await this.ask(`v1/attempts/${id}`, { method: "DELETE", token }, LOOK_TIMEOUT_MS, 204);
  }

  async models() {
    return (await this.json("v1/models", {}, LOOK_TIMEOUT_MS)).models;
  }

  // Throws unless checks are answered.
  async ready() {
    await this.ask("readyz", { open: true }, LOOK_TIMEOUT_MS);
  }

  // The JSON of an answer with the status that is expected.
  async json(address, options, timeout, status = 200) {
    return json(await this.ask(address, options, timeout, status));
  }

  async blob(address, options, timeout) {
    return whole((await this.ask(address, options, timeout)).blob());
  }

  // options: method, body, its type, signal, keepalive; token: is sent where there is no key, which
  // may know more than it; open: neither is sent.
  async ask(address, { type = "", signal, token = "", open = false, ...options }, timeout, status = 200) {
    const late = AbortSignal.timeout(timeout);
    const either = signal ? AbortSignal.any([late, signal]) : late;
    const key = open ? "" : this.#key || token;
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    if (type) {
      headers["Content-Type"] = type;
    }
    const safe = { cache: "no-store", redirect: "error", signal: either };
    let answer;
    try {
      answer = await this.send(address, { ...options, headers, ...safe });
    } catch (error) {
      throw failure(error);
    }
    if (answer.status !== status) {
      throw await refusal(answer);
    }
    return answer;
  }
}

// The body of a picture's or clip's check: the service looks at what it holds, not at its name.
export function ofFile(file) {
  return { content: file, type: "application/octet-stream" };
}

function failure(error) {
  if (error.name === "TimeoutError") {
    return new Failure("timeout");
  }
  return new Failure(error.name === "AbortError" ? "left" : "unreachable");
}

async function refusal(answer) {
  const seconds = Number(answer.headers.get("retry-after"));
  const retryMs = Number.isFinite(seconds) ? 1000 * seconds : 0;
  try {
    const { type, detail } = await answer.json();
    if (type.startsWith(PROBLEM)) {
      return new Failure(type.slice(PROBLEM.length), String(detail), retryMs);
    }
  } catch {
    // a proxy before the service answers in its own way
  }
  return new Failure(answer.status >= 500 ? "unreachable" : "odd-answer", "", retryMs);
}

async function json(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw error instanceof SyntaxError ? new Failure("odd-answer") : failure(error);
  }
}

async function whole(reading) {
  try {
    return await reading;
  } catch (error) {
    throw failure(error);
  }
}
