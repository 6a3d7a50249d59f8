// Puts the state of a fit into the document. It decides nothing.

import { draw, widthOf } from "./histogram.mjs";
import {
  STEPS, advice, canGo, canRecord, canUse, isSummed, least, liveFaces,
} from "./fit-state.mjs";

const SAID_MS = 3000; // a screen reader hears the advice no more often
const ATTACKS = ["screen", "print"];

const by = (id) => document.getElementById(id);
const percent = (part) => `${(100 * part).toFixed(1)}\u00a0%`;

export class FitView {
  #said = 0;
  #step = null;
  #drawn = null;
  #wide = 0; // px of the histogram that was drawn

  // text: (key, values) -> string.
  constructor(text) {
    this.text = text;
  }

  render(state, now) {
    set(by("service"), this.text(`service.${state.service}`));
    by("service").dataset.state = state.service;
    by("key-form").hidden = state.service !== "key";
    this.#steps(state);
    this.#trouble(state);
    this.#camera(state, now);
    this.#live(state);
    this.#attacks(state);
    this.#result(state);
    this.#done(state);
    this.#scores(state);
  }

  #steps({ step }) {
    if (this.#step === step) {
      return;
    }
    const first = this.#step === null;
    this.#step = step;
    const now = STEPS.indexOf(step);
    by("steps").replaceChildren(
      ...STEPS.map((name, at) => {
        const item = made("li", this.text(`step.${name}`));
        item.className = at < now ? "past" : "";
        if (at === now) {
          item.setAttribute("aria-current", "step");
        }
        return item;
      }),
    );
    for (const name of STEPS) {
      by(`step-${name}`).hidden = name !== step;
    }
    by("camera-card").hidden = ["begin", "result", "done"].includes(step);
    set(by("panel-title"), this.text(`step.${step}`));
    if (!first) {
      by("panel-title").focus(); // the button that was pressed is hidden now
    }
  }

  #trouble({ problem, step }) {
    by("trouble").hidden = problem === null || step === "done";
    set(by("trouble"), problem === null ? "" : this.text("fit.trouble", { problem: this.problem(problem) }));
  }

  problem({ kind, detail = "" }) {
    const key = `problem.${kind}`;
    const known = this.text(key);
    return known === key ? this.text("problem.other", { detail: detail || kind }) : known;
  }

  #camera(state, now) {
    const { camera } = state;
    const on = ["on", "stalled"].includes(camera);
    set(by("start"), this.text(on || camera === "asking" ? "source.stop" : "source.start"));
    by("start").className = on ? "" : "main-button";
    by("stage").classList.toggle("empty", !on);
    by("camera").hidden = !on;
    by("recording").hidden = state.recording === null;
    const { key, values, box, good } = advice(state);
    let line = this.text(key, { problem: "", ...values });
    if (line === key) {
      line = state.look?.answer.advice ?? state.look?.answer.reason ?? key;
    }
    set(by("advice"), line);
    if (by("advice-said").textContent !== line && now - this.#said >= SAID_MS) {
      this.#said = now;
      set(by("advice-said"), line);
    }
    by("marks").dataset.good = String(good);
    const size = state.look?.answer.size;
    if (size) {
      by("marks").setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    }
    for (const id of ["box", "box-edge"]) {
      by(id).style.display = box ? "" : "none";
      if (box) {
        for (const [name, value] of Object.entries({ x: box.x, y: box.y, width: box.w, height: box.h })) {
          by(id).setAttribute(name, value);
        }
      }
    }
  }

  #live(state) {
    set(by("person"), this.text("fit.person", { number: state.person }));
    this.#record(state, "live");
    able(by("begin"), state.waiting === null && ["ready", "unknown", "busy"].includes(state.service));
    able(by("next-person"), state.step === "live");
    able(by("to-attacks"), canGo(state, "attacks"));
    const values = { least: least(state), have: liveFaces(state) };
    set(by("live-least"), canGo(state, "attacks") ? "" : this.text("fit.least", values));
    const goals = state.summary?.goals ?? [];
    if (by("goals").children.length !== goals.length) {
      by("goals").replaceChildren(...goals.map(() => goalItem()));
    }
    goals.forEach((goal, at) => this.#goal(by("goals").children[at], goal, state));
  }

  #goal(item, { goal, have, want, met }, { summary }) {
    const [sign, label, progress] = item.children;
    set(sign, met ? "✓" : "·");
    const values = { have: number(have), want, least: summary.steps.least, enough: summary.steps.enough };
    set(label, this.text(`goal.${goal}`, values));
    label.id = `goal-${goal}`;
    progress.setAttribute("aria-labelledby", label.id);
    // where there is something to compare, one is none yet
    const from = goal === "distance" ? 1 : 0;
    progress.max = want - from;
    progress.value = Math.min(Math.max(have - from, 0), want - from);
    item.className = met ? "met" : "";
  }

  #record(state, kind) {
    const on = state.recording === kind;
    const button = by(`record-${kind}`);
    set(button, this.text(on ? "fit.pause" : `record.${kind}`));
    button.setAttribute("aria-pressed", String(on));
    able(button, on || canRecord(state, kind));
  }

  #attacks(state) {
    for (const kind of ATTACKS) {
      this.#record(state, kind);
      set(by(`count-${kind}`), this.text("fit.pictures", { count: state.summary?.counts[kind] ?? 0 }));
    }
    const needed = state.summary?.steps.attacks ?? "";
    set(by("attacks-needed"), this.text("fit.attacks-needed", { needed }));
    able(by("to-result"), canGo(state, "result"));
  }

  #result(state) {
    const { summary, adopted, step } = state;
    for (const id of ["adopt", "profile", "report"]) {
      able(by(id), canUse(state));
    }
    able(by("finish"), state.waiting === null);
    able(by("record-more"), state.waiting === null);
    by("adopted").hidden = adopted === null;
    set(by("adopted"), adopted === null ? "" : this.text(adopted.kept ? "fit.adopted-kept" : "fit.adopted", adopted));
    if (step !== "result") {
      return;
    }
    const { result } = summary;
    const ready = isSummed(state);
    by("doubt").hidden = !ready || !result.doubt;
    set(by("doubt"), ready && result.doubt ? this.text("fit.doubt", { doubt: result.doubt }) : "");
    lines(by("would"), ready ? this.#would(summary) : [this.text("fit.counting")]);
    lines(by("more"), this.#more(summary));
  }

  #would({ now, result }) {
    const { expected_bpcer: expected, refused, passed } = result;
    const interval = ({ low, high }) => ({ low: percent(low), high: percent(high) });
    const said = [
      this.text("would.threshold", { threshold: result.threshold.toFixed(3), before: now.threshold.toFixed(3) }),
      this.text("would.expected", { rate: percent(expected.rate), ...interval(expected) }),
      this.text("would.refused", { ...refused, ...interval(refused), before: now.refused.errors }),
    ];
    for (const kind of ATTACKS) {
      const counted = passed[kind];
      if (counted) {
        const before = now.passed[kind].errors;
        said.push(this.text(`would.${kind}`, { ...counted, ...interval(counted), before }));
      }
    }
    return ATTACKS.some((kind) => passed[kind]) ? said : [...said, this.text("would.unknown")];
  }

  #more({ goals, counts, steps }) {
    const said = goals
      .filter((goal) => !goal.met)
      .map(({ goal, have, want }) => this.text(`more.${goal}`, { more: want - have, want, have: number(have) }));
    for (const kind of ATTACKS) {
      const more = steps.attacks - counts[kind];
      if (more > 0) {
        said.push(this.text(`more.${kind}`, { more, needed: steps.attacks }));
      }
    }
    return said.length > 0 ? said : [this.text("more.none")];
  }

  #done({ step, forgotten, adopted }) {
    if (step !== "done") {
      return;
    }
    const used = adopted === null ? "" : this.text(adopted.kept ? "fit.adopted-kept" : "fit.adopted", adopted);
    set(by("done-text"), `${this.text(`forgotten.${forgotten}`)} ${used}`.trim());
  }

  // The scores of the fitted model, or of the one in force as long as there are too few faces.
  #scores({ summary }) {
    const shown = summary?.result ?? summary?.now;
    const some = Boolean(shown) && Object.values(shown.scores).some((scores) => scores.length > 0);
    by("scores").hidden = !some;
    if (!some || (this.#drawn === shown && this.#wide === widthOf(by("histogram")))) {
      return;
    }
    this.#drawn = shown;
    this.#wide = widthOf(by("histogram"));
    const line = this.text(summary.result ? "fit.line" : "fit.line-now", { threshold: shown.threshold.toFixed(3) });
    draw(by("histogram"), shown.scores, shown.threshold, {
      name: (kind) => this.text(`kind.${kind}`, { count: shown.scores[kind].length }),
      line,
    });
    const over = (kind) => (shown.scores[kind] ?? []).filter((score) => score > shown.threshold).length;
    const counts = Object.entries(shown.scores).map(([kind, scores]) =>
      this.text("fit.over", { kind: this.text(`kind.${kind}`, { count: scores.length }), over: over(kind) }),
    );
    set(by("scores-said"), `${line}. ${counts.join(" ")}`);
  }
}

function made(tag, text = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function goalItem() {
  const item = made("li");
  const sign = made("span");
  sign.setAttribute("aria-hidden", "true");
  item.append(sign, made("span"), document.createElement("progress"));
  return item;
}

const number = (value) => String(value < 10 ? Math.round(100 * value) / 100 : Math.round(value));

// Not `disabled`, which would take the keyboard's focus away.
function able(button, can) {
  button.setAttribute("aria-disabled", String(!can));
}

function lines(list, texts) {
  const known = [...list.children].map((item) => item.textContent);
  if (known.length !== texts.length || known.some((text, at) => text !== texts[at])) {
    list.replaceChildren(...texts.map((text) => made("li", text)));
  }
}

function set(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
