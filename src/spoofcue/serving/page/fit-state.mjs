// What the page that fits a camera knows. No element, clock or request is in here: an event and the
// state before give the state after.

export const LEAST = 5; // live faces of a profile, until the service says its own
const KINDS = ["live", "screen", "print"];
const STEPS_RECORDING = { live: ["live"], attacks: ["screen", "print"] };
// after these the fit is no more, or can become nothing
const GONE = ["not-found", "fit-stale"];
// the service was there, and had no time for one picture: recording goes on
const PASSING = ["busy", "too-many", "too-long", "timeout"];
const SERVICE_OF = {
  unreachable: "gone",
  timeout: "gone",
  "odd-answer": "failing",
  failed: "failing",
  "no-audit": "failing",
  "no-key": "key",
  "not-allowed": "key",
  "not-ready": "starting",
  busy: "busy",
  "too-many": "busy",
  "too-long": "busy",
};

// while nothing is recorded
const SAY = { live: "fit.say-record", attacks: "fit.say-attack" };

export const STEPS = ["begin", "live", "attacks", "result", "done"];

export function begin() {
  return {
    step: "begin",
    service: "unknown", // ready, gone, failing, starting, busy, key
    problem: null, // the last request that failed: { kind, detail }
    camera: "off", // as of the page that checks
    fit: null, // its id
    recording: null, // live, screen or print
    person: 1,
    look: null, // the last picture that was looked at: { answer, kind, taken }
    summary: null, // the last answer about the whole fit
    waiting: null, // begin, adopt, profile, report, close: what was asked and is not answered
    adopted: null, // { model, kept }
    forgotten: null, // why nothing recorded is left: closed, expired, unknown
  };
}

export function next(state, event) {
  switch (event.type) {
    case "camera-asked":
      return { ...paused(state), camera: "asking" };
    case "camera-on":
      return { ...state, camera: "on" };
    case "camera-failed":
      return { ...paused(state), camera: event.why };
    case "camera-off":
      return { ...paused(state), camera: "off" };
    case "page-hidden":
      return paused(state);
    case "service-ready":
      return { ...state, service: state.problem?.kind === "not-allowed" ? "key" : "ready" };
    case "key-given":
      return { ...state, service: "unknown", problem: null };
    case "asked":
      return { ...state, waiting: event.what, problem: null };
    case "begun":
      return {
        ...begin(), camera: state.camera, service: "ready", step: "live", fit: event.answer.id,
        summary: event.answer,
      };
    case "record":
      return recorded(state, event.kind);
    case "pause":
      return paused(state);
    case "next-person":
      return state.step === "live" ? { ...paused(state), person: state.person + 1 } : state;
    case "looked":
      return looked(state, event);
    case "summed":
      return event.answer.id === state.fit ? { ...state, service: "ready", summary: event.answer } : state;
    case "step":
      return canGo(state, event.to) ? { ...paused(state), step: event.to, problem: null } : state;
    case "adopted":
      return event.fit === state.fit
        ? { ...state, waiting: null, service: "ready", adopted: { model: event.answer.model, kept: event.answer.kept } }
        : state;
    case "answered":
      return { ...state, waiting: null, service: "ready" };
    case "closed":
      return forgotten(state, "closed");
    case "request-failed":
      return failed(state, event);
    case "again":
      return { ...begin(), camera: state.camera, service: state.service };
    default:
      throw new Error(`no such event: ${event.type}`);
  }
}

function paused(state) {
  return { ...state, recording: null, look: null };
}

function recorded(state, kind) {
  return canRecord(state, kind) ? { ...state, recording: kind, look: null, problem: null } : state;
}

// An answer to a picture that was sent before recording stopped is counted by the service; what it
// shows is not of whoever is before the camera now.
function looked(state, { answer, kind, taken, fit }) {
  if (fit !== state.fit || !isLook(answer)) {
    return fit === state.fit ? failed(state, { request: "picture", problem: { kind: "odd-answer" } }) : state;
  }
  const summary = state.summary && { ...state.summary, ...of(answer) };
  const known = { ...state, service: "ready", summary };
  return state.recording === kind ? { ...known, look: { answer, kind, taken } } : known;
}

const of = ({ counts, people, goals }) => ({ counts, people, goals });

function isLook(answer) {
  return typeof answer?.taken === "boolean" && KINDS.every((kind) => Number.isInteger(answer.counts?.[kind]));
}

function forgotten(state, why) {
  return {
    ...paused(state), step: "done", fit: null, summary: null, waiting: null, problem: null,
    forgotten: why,
  };
}

function failed(state, { request, problem }) {
  if (state.fit !== null && GONE.includes(problem.kind) && request !== "begin") {
    return { ...forgotten(state, "expired"), problem };
  }
  const service = SERVICE_OF[problem.kind] ?? "ready";
  if (request === "ready") {
    return { ...state, service };
  }
  const kept = request === "picture" && PASSING.includes(problem.kind);
  const known = { ...state, service, problem: kept ? null : problem };
  if (request !== "picture" && request !== "summary") {
    known.waiting = null;
  }
  if (request === "close") {
    // nobody can say whether it was deleted; its time ends it
    return { ...forgotten(known, "unknown"), problem };
  }
  return kept ? known : paused(known);
}

export function canRecord({ step, camera, service, fit }, kind) {
  const there = fit !== null && camera === "on" && !["gone", "key", "starting", "failing"].includes(service);
  return there && (STEPS_RECORDING[step] ?? []).includes(kind);
}

export function canGo(state, to) {
  if (state.fit === null || state.waiting === "close") {
    return false;
  }
  const enough = liveFaces(state) >= least(state);
  return { live: true, attacks: enough, result: enough }[to] ?? false;
}

// Whether the fit can be taken up, downloaded or reported now: it was summed up with all of its faces.
export function canUse(state) {
  return state.step === "result" && state.waiting === null && isSummed(state);
}

// Whether the last summary is of the faces that there are.
export function isSummed({ summary }) {
  const { result, counts } = summary ?? {};
  return (
    Boolean(result) && KINDS.every((kind) => (result.scores[kind]?.length ?? 0) === counts[kind])
  );
}

// Whether the summary lacks faces that were taken since.
export function wantsSummary(state) {
  const { fit, summary } = state;
  if (fit === null || summary === null) {
    return false;
  }
  const { result, now, counts } = summary;
  const shown = result ?? now;
  return KINDS.some((kind) => (shown.scores[kind]?.length ?? 0) !== counts[kind]);
}

export const liveFaces = ({ summary }) => summary?.counts.live ?? 0;
export const least = ({ summary }) => summary?.steps.least ?? LEAST;

// The one line under the camera: { key, values, box, good }.
export function advice(state) {
  const said = (key, values = {}, box = null, good = false) => ({ key, values, box, good });
  if (state.camera !== "on") {
    return said(`why.camera-${state.camera}`);
  }
  if (!["ready", "unknown"].includes(state.service)) {
    return said(`why.service-${state.service}`);
  }
  if (state.recording === null) {
    return said(SAY[state.step] ?? "fit.say-begin");
  }
  if (state.look === null) {
    return said("fit.say-waiting");
  }
  const { answer } = state.look;
  if (answer.taken) {
    return said(state.recording === "live" ? hint(answer.goals) : "fit.say-taken-attack", {}, answer.box, true);
  }
  return said(`advice.${answer.reason}`, {}, answer.box);
}

// What would add most to the faces so far.
function hint(goals) {
  const unmet = goals.filter((goal) => !goal.met).map((goal) => goal.goal);
  for (const goal of ["turns", "distance", "light"]) {
    if (unmet.includes(goal)) {
      return `hint.${goal}`;
    }
  }
  return unmet.includes("live") ? "hint.live" : "hint.enough";
}
