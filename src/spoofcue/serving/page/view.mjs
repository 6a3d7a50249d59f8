// Puts a state into the document. It decides nothing: what stands is for state.mjs to say.

import { canCheck, preview, standing } from "./state.mjs";
import { facts, historyRow, bars } from "./parts.mjs";

const SIGNS = { live: "✓", attack: "✕", rejected: "!", none: "–" };
const SAID_MS = 3000; // a screen reader hears the advice no more often

const by = (id) => document.getElementById(id);

export class View {
  #said = 0;
  #shown = null; // the result whose details are there
  #rows = null;

  // text: (key, values) -> string.
  constructor(text) {
    this.text = text;
  }

  render(state, now) {
    const { word, why } = standing(state, now);
    this.#service(state);
    this.#decision(state, word, why);
    this.#preview(state, preview(state, now), now);
    this.#details(state, why);
    this.#buttons(state);
    this.#history(state);
  }

  time(taken) {
    return new Date(taken).toLocaleTimeString();
  }

  reason(answer) {
    const key = `advice.${answer.reason}`;
    const known = this.text(key);
    return known === key ? (answer.advice ?? answer.detail ?? answer.reason) : known;
  }

  problem({ kind, detail = "" }) {
    const key = `problem.${kind}`;
    const known = this.text(key);
    return known === key ? this.text("problem.other", { detail: detail || kind }) : known;
  }

  #service(state) {
    set(by("service"), this.text(`service.${state.service}`));
    by("service").dataset.state = state.service;
    by("key-form").hidden = state.service !== "key";
  }

  #decision(state, word, why) {
    by("decision").dataset.word = word;
    set(by("sign"), SIGNS[word]);
    const failed = word === "none" && why === "failed";
    set(by("word"), this.text(failed ? "word.failed" : `word.${word}`));
    set(by("why"), this.#sentence(state, word, why));
  }

  #sentence(state, word, why) {
    if (word === "none") {
      return this.text(`why.${why}`, { problem: this.#lastProblem(state) });
    }
    const { answer, taken } = state.result;
    const said = answer.reason === null ? this.text(`said.${word}`) : this.reason(answer);
    return `${said} ${this.text("said.taken", { time: this.time(taken) })}`;
  }

  #lastProblem(state) {
    return state.problem ? this.problem(state.problem) : this.text("problem.unreachable");
  }

  #preview(state, { key, box, good }, now) {
    const values = { name: state.name, problem: this.#lastProblem(state) };
    let line = this.text(key, values);
    if (line === key) {
      line = this.reason(state.look.answer); // a reason that this page does not know
    }
    set(by("advice"), line);
    if (by("advice-said").textContent !== line && now - this.#said >= SAID_MS) {
      this.#said = now;
      // the decision says itself what of camera and service is missing
      set(by("advice-said"), key.startsWith("why.") ? "" : line);
    }
    by("marks").dataset.good = String(good);
    for (const id of ["box", "box-edge"]) {
      by(id).style.display = box === null ? "none" : "";
      if (box !== null) {
        for (const [name, value] of Object.entries({ x: box.x, y: box.y, width: box.w, height: box.h })) {
          by(id).setAttribute(name, value);
        }
      }
    }
  }

  // width and height, px, of the picture that boxes are of
  size(width, height) {
    by("marks").setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  #details(state, why) {
    const { result } = state;
    by("facts").hidden = result === null;
    by("result-time").hidden = result === null || why === null; // the decision says it
    if (result === null) {
      return;
    }
    const { answer, taken } = result;
    const time = this.time(taken);
    set(by("result-time"), this.text("result.old", { time }));
    if (this.#shown === answer) {
      return;
    }
    this.#shown = answer;
    by("bars").replaceChildren(...bars(answer.evidence, this.text));
    by("evidence").hidden = answer.evidence.length === 0;
    by("facts").replaceChildren(...facts(answer, this));
  }

  #buttons(state) {
    const { source, camera, checking } = state;
    const filmed = source === "camera" && ["on", "stalled"].includes(camera);
    const shown = filmed || source === "file";
    const on = filmed || (source === "camera" && camera === "asking");
    set(by("start"), this.text(on ? "source.stop" : "source.start"));
    by("start").className = shown ? "" : "main-button";
    set(by("check"), this.text(checking ? "source.checking" : "source.check"));
    by("check").className = shown ? "main-button" : "";
    // not `disabled`, which would take the keyboard's focus away
    by("check").setAttribute("aria-disabled", String(!canCheck(state)));
    by("stage").classList.toggle("empty", !shown);
    by("camera").hidden = !filmed;
  }

  #history({ history }) {
    if (this.#rows === history) {
      return;
    }
    this.#rows = history;
    by("history").replaceChildren(...history.map((row) => historyRow(row, this)));
    by("history-empty").hidden = history.length > 0;
    by("history-table").hidden = history.length === 0;
    by("clear").hidden = history.length === 0;
  }
}

// Only what changed is written: a live region would say it again.
function set(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
