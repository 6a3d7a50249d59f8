// What the page knows, and what of it may be shown. No element, clock or request is in here: an
// event and the state before give the state after, and `standing` says what is true at a moment.

// A look steers whoever moves before the camera; a decision is of a moment before it.
export const LOOK_MS = 2500;
export const DECISION_MS = 10_000;
export const HISTORY = 200;

const WORDS = ["live", "attack", "rejected"];
// the face that was judged is not, or not alone, what the camera shows now
const OTHER_FACES = ["no_face", "several_faces"];
// what a failed request says of the service; whatever is missing was about this request alone
const SERVICE_OF = {
  unreachable: "gone",
  timeout: "gone",
  "odd-answer": "failing",
  failed: "failing",
  "no-key": "key",
  "not-allowed": "key",
  "not-ready": "starting",
  "no-audit": "failing",
  busy: "busy",
  "too-many": "busy",
  "too-long": "busy",
};

export function begin() {
  return {
    service: "unknown", // ready, gone, failing, starting, busy, key
    problem: null, // why a request had no result: { kind, detail, request }
    source: "none", // camera, file
    camera: "off", // asking, on, refused, missing, in-use, insecure, lost, stalled, failed
    name: "", // of the camera or file
    picture: 0, // counts what was before the service; answers about another one are dropped
    checking: false,
    look: null, // { answer, taken }: the last frame that was looked at while you move
    result: null, // { answer, word, picture, taken, lost }: the last decision
    history: [], // of this session, the newest first
  };
}

// The decision that an answer holds; `none` where it cannot be believed. The score is not compared
// with the threshold: the service may round it, and decides by the exact one.
export function wordOf(answer) {
  if (answer === null || typeof answer !== "object" || !WORDS.includes(answer.decision)) {
    return "none";
  }
  if (answer.decision !== "live") {
    return answer.decision;
  }
  const scored = Number.isFinite(answer.score) && answer.score >= 0 && answer.score <= 1;
  const seen = answer.box !== null && typeof answer.box === "object" && answer.faces >= 1;
  const plain = answer.reason === null && answer.frames >= 1;
  return scored && seen && plain && Number.isFinite(answer.threshold) ? "live" : "none";
}

// A look says where the face of a frame is, or why there is none to judge.
function isLook(answer) {
  const { faces, reason, box } = answer ?? {};
  const boxed = box === null ? reason !== null : typeof box === "object";
  return Number.isInteger(faces) && (reason === null || typeof reason === "string") && boxed;
}

export function next(state, event) {
  switch (event.type) {
    case "camera-asked":
      return changed(state, { source: "camera", camera: "asking", name: "" });
    case "camera-on":
      return changed(state, { source: "camera", camera: "on", name: event.name });
    case "camera-failed":
      return changed(state, { source: "camera", camera: event.why });
    case "camera-off":
      return changed(state, { source: "none", camera: "off", name: "" });
    case "file-opened":
      return changed(state, { source: "file", camera: "off", name: event.name });
    case "file-unshown":
      return { ...state, name: event.name };
    case "page-hidden":
      return { ...state, look: null, result: lose(state.result, "page-hidden") };
    case "looked":
      return looked(state, event);
    case "check-started":
      return {
        ...state,
        checking: true,
        problem: null,
        result: lose(state.result, "new-check"),
      };
    case "check-answered":
      return answered(state, event);
    case "request-failed":
      return failed(state, event);
    case "service-ready":
      return ready(state);
    case "key-given":
      return { ...state, service: "unknown", problem: null };
    case "history-cleared":
      return { ...state, history: [] };
    default:
      throw new Error(`no such event: ${event.type}`);
  }
}

function changed(state, more) {
  return {
    ...state,
    picture: state.picture + 1,
    checking: false,
    problem: null,
    look: null,
    result: lose(state.result, "picture-changed"),
    ...more,
  };
}

function lose(result, why) {
  return result === null || result.lost !== null ? result : { ...result, lost: why };
}

function looked(state, { picture, answer, taken }) {
  if (picture !== state.picture || (state.look !== null && taken < state.look.taken)) {
    return state;
  }
  if (!isLook(answer)) {
    return failed(state, { picture, request: "look", problem: { kind: "odd-answer" } });
  }
  const { result } = state;
  // a rejected check is of no face that could leave
  const ofFace = result !== null && result.word !== "rejected" && taken > result.taken;
  const others = ofFace && OTHER_FACES.includes(answer.reason);
  return {
    ...ready({ ...state, service: "unknown" }),
    look: { answer, taken },
    result: others ? lose(result, "face-left") : result,
  };
}

function answered(state, { picture, answer, taken }) {
  if (picture !== state.picture || !state.checking) {
    return state;
  }
  const word = wordOf(answer);
  if (word === "none") {
    const problem = { kind: "odd-answer" };
    return failed(state, { picture, request: "check", problem, taken });
  }
  const row = { taken, name: state.name, source: state.source, word, answer };
  return {
    ...state,
    service: "ready",
    problem: null,
    checking: false,
    result: { answer, word, picture, taken, lost: null },
    history: [row, ...state.history].slice(0, HISTORY),
  };
}

function failed(state, { picture, request, problem, taken }) {
  const otherwise = request === "ready" ? "failing" : "ready";
  const known = { ...state, service: SERVICE_OF[problem.kind] ?? otherwise };
  known.look = null;
  known.result = lose(state.result, "interrupted");
  if (picture !== state.picture) {
    return known;
  }
  // what went wrong with a check stays said until the next
  if (state.problem?.request !== "check" || request === "check") {
    known.problem = { kind: problem.kind, detail: problem.detail, request };
  }
  if (request === "check" && state.checking) {
    const row = { taken, name: state.name, source: state.source, word: "none", problem };
    known.checking = false;
    known.history = [row, ...state.history].slice(0, HISTORY);
  }
  return known;
}

function ready(state) {
  if (state.service === "key" && state.problem?.kind === "not-allowed") {
    return state; // a key that is known, and may not check
  }
  const problem = state.problem?.request === "check" ? state.problem : null;
  return { ...state, service: "ready", problem };
}

// What stands at a moment: { word, why }. The word is live, attack or rejected only while the
// picture, the camera, the service and the age of the result allow it; otherwise none.
export function standing(state, now) {
  const why = hindrance(state, now);
  return why === null ? { word: state.result.word, why: null } : { word: "none", why };
}

function hindrance({ source, camera, service, checking, picture, problem, result }, now) {
  if (checking) {
    return "checking";
  }
  if (source === "camera" && camera !== "on") {
    return `camera-${camera}`;
  }
  if (service !== "ready" && (service !== "unknown" || result !== null)) {
    return `service-${service}`;
  }
  if (problem?.request === "check") {
    return "failed";
  }
  if (result === null) {
    return "nothing-yet";
  }
  if (result.lost !== null) {
    return result.lost;
  }
  if (source === "none" || result.picture !== picture) {
    return "picture-changed";
  }
  const age = now - result.taken; // below 0 where the clock was put back
  return source === "camera" && !(age >= 0 && age <= DECISION_MS) ? "too-old" : null;
}

// The face's box and the one line under the preview: { key, box, good }.
export function preview(state, now) {
  const said = (key, box = null, good = false) => ({ key, box, good });
  if (state.source === "none") {
    return said("preview.none");
  }
  if (state.source === "file") {
    const box = standing(state, now).why === null ? state.result.answer.box : null;
    return said("preview.file", box, box !== null);
  }
  if (state.camera !== "on") {
    return said(`why.camera-${state.camera}`);
  }
  if (!["ready", "unknown"].includes(state.service)) {
    return said(`why.service-${state.service}`);
  }
  if (state.checking) {
    return said("preview.checking");
  }
  const age = state.look === null ? Infinity : now - state.look.taken;
  if (!(age >= 0 && age <= LOOK_MS)) {
    return said("preview.waiting");
  }
  const { answer } = state.look;
  if (answer.reason !== null) {
    return said(`advice.${answer.reason}`, answer.box);
  }
  return said("preview.good", answer.box, true);
}

// Whether a check can be asked for now.
export function canCheck({ source, camera, service, checking }) {
  const shown = source === "file" || (source === "camera" && camera === "on");
  return shown && !checking && !["gone", "key", "starting"].includes(service);
}
