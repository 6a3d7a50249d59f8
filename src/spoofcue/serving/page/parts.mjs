// Elements made of an answer: bars of evidence, facts, rows of the history.

const FULL = 3; // log-odds of a full bar, where no expert says more

function made(name, content, more = {}) {
  const element = Object.assign(document.createElement(name), more);
  element.append(...[content].flat());
  return element;
}

const number = (value, digits = 3) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

// One item an expert: how far it moves the score, to the left towards live.
export function bars(evidence, text) {
  const values = evidence.map((one) => Math.abs(one.contribution ?? 0));
  const full = Math.max(FULL, ...values);
  return evidence.map((one) => made("li", [said(one, text), track(one.contribution, full)]));
}

function said({ expert, contribution, raw, missing }, text) {
  if (missing !== null) {
    return text("bars.missing", { expert, missing });
  }
  if (contribution === null) {
    return text("bars.raw", { expert, value: number(raw) });
  }
  const value = number(Math.abs(contribution), 2);
  const side = contribution > 0 ? "attack" : "live";
  return text(contribution === 0 ? "bars.even" : `bars.${side}`, { expert, value });
}

function track(contribution, full) {
  const bar = made("span", "", { className: "bar" });
  bar.dataset.side = contribution > 0 ? "attack" : "live";
  bar.style.width = `${(50 * Math.abs(contribution ?? 0)) / full}%`;
  const whole = made("span", bar, { className: "track" });
  whole.setAttribute("aria-hidden", "true"); // the text says it
  return whole;
}

// Terms and what they are of one answer.
export function facts(answer, view) {
  const { text } = view;
  const threshold = number(answer.threshold);
  const score =
    answer.score === null
      ? text("fact.no-score")
      : text("fact.score-value", { score: number(answer.score), threshold });
  const rows = [
    ["fact.score", score],
    ["fact.frames", text("fact.frames-value", { frames: answer.frames })],
    ["fact.time", text("fact.time-value", { ms: number(answer.timings?.total, 0) })],
    ["fact.model", answer.model],
    ["fact.request", answer.request_id],
  ];
  if (answer.attempt) {
    rows.push(["fact.attempt", answer.attempt]);
  }
  if (answer.reason !== null) {
    rows.splice(1, 0, ["fact.reason", answer.detail ?? answer.reason]);
  }
  return rows.flatMap(([key, value]) => [made("dt", text(key)), made("dd", String(value))]);
}

export function historyRow(row, view) {
  const { text } = view;
  const { answer, name, source, taken, word } = row;
  const reason = answer ? (answer.reason ? view.reason(answer) : "") : view.problem(row.problem);
  const from = source === "camera" && !name ? text("history.camera") : text("history.file", { name });
  return made("tr", [
    made("td", view.time(taken)),
    made("td", from),
    made("td", text(word === "none" ? "word.failed" : `word.${word}`)),
    made("td", number(answer?.score)),
    made("td", reason),
  ]);
}
