// The page that fits a camera: buttons and camera become events of the state, and its wishes requests.

import { CHECKED, Camera } from "./camera.mjs";
import { FitService } from "./fit-service.mjs";
import { begin, canGo, canRecord, canUse, next, wantsSummary } from "./fit-state.mjs";
import { FitView } from "./fit-view.mjs";
import { FRAME_MS } from "./looking.mjs";
import { Failure, Service } from "./service.mjs";
import { filled, openPage } from "./texts.mjs";

const EVERY_MS = 300; // between pictures
const SUMMARY_MS = 1500; // between summaries
const ASK_MS = 4000; // between questions whether the service is there
const TICK_MS = 250;
const MOST_PATIENCE_MS = 10_000;

const by = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const known = (failure) => (failure instanceof Failure ? failure : new Failure("odd-answer"));

class FitPage {
  #state = begin();
  #recording = new AbortController();

  constructor(texts) {
    this.text = (key, values) => filled(texts, key, values);
    this.service = new Service();
    this.fits = new FitService(this.service);
    this.view = new FitView(this.text);
    this.camera = new Camera(by("camera"), () => this.#cameraFailed("lost"));
  }

  start() {
    const press = (id, act) =>
      by(id).addEventListener("click", () => {
        if (by(id).getAttribute("aria-disabled") !== "true") {
          act();
        }
      });
    press("start", () => this.#toggle());
    press("begin", () => this.#begin());
    for (const kind of ["live", "screen", "print"]) {
      press(`record-${kind}`, () => this.#record(kind));
    }
    press("next-person", () => {
      this.tell({ type: "next-person" });
      by("record-live").focus();
    });
    press("to-attacks", () => this.#go("attacks"));
    press("to-result", () => this.#go("result"));
    press("back-to-live", () => this.#go("live"));
    press("record-more", () => this.#go("live"));
    press("adopt", () => this.#adopt());
    press("profile", () => this.#download("profile", "camera.spoofcue"));
    press("report", () => this.#download("report", "camera-fit.html"));
    press("finish", () => this.#close());
    press("again", () => this.tell({ type: "again" }));
    by("cameras").addEventListener("change", () => this.#startCamera(by("cameras").value));
    by("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.service.key = by("key").value.trim();
      this.tell({ type: "key-given" });
      this.#ask();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.tell({ type: "page-hidden" });
      }
    });
    // what was recorded goes with the page
    window.addEventListener("pagehide", () => {
      if (this.#state.fit !== null) {
        this.fits.close(this.#state.fit, true).catch(() => {});
      }
    });
    setInterval(() => this.#render(), TICK_MS);
    this.#keepAsking();
    this.#keepSumming();
    this.#render();
  }

  tell(event) {
    this.#state = next(this.#state, event);
    if (this.#state.recording === null) {
      this.#recording.abort();
    }
    this.#render();
  }

  #render() {
    this.view.render(this.#state, Date.now());
  }

  // A request of the operator's; what fails is told, and nothing is done by halves.
  async #asked(what, work) {
    this.tell({ type: "asked", what });
    try {
      await work();
    } catch (failure) {
      this.tell({ type: "request-failed", request: what, problem: known(failure) });
    }
  }

  async #ask() {
    try {
      await this.service.ready();
      const [model] = await this.service.models();
      by("model").textContent = this.text("model.line", { id: model.id, threshold: model.threshold.toFixed(3) });
      this.tell({ type: "service-ready" });
    } catch (failure) {
      this.tell({ type: "request-failed", request: "ready", problem: known(failure) });
    }
  }

  async #keepAsking() {
    for (;;) {
      if (!document.hidden && this.#state.recording === null && this.#state.waiting === null) {
        await this.#ask();
      }
      await sleep(ASK_MS);
    }
  }

  // While faces come the histogram grows.
  async #keepSumming() {
    for (;;) {
      const { fit, waiting } = this.#state;
      if (!document.hidden && waiting === null && wantsSummary(this.#state)) {
        try {
          this.tell({ type: "summed", answer: await this.fits.state(fit) });
        } catch (failure) {
          this.tell({ type: "request-failed", request: "summary", problem: known(failure) });
        }
      }
      await sleep(SUMMARY_MS);
    }
  }

  #begin() {
    return this.#asked("begin", async () => {
      this.tell({ type: "begun", answer: await this.fits.begin() });
      if (this.#state.camera !== "on") {
        this.#startCamera(by("cameras").value);
      }
    });
  }

  #go(to) {
    if (canGo(this.#state, to)) {
      this.tell({ type: "step", to });
    }
  }

  async #record(kind) {
    if (this.#state.recording === kind) {
      this.tell({ type: "pause" });
      return;
    }
    if (!canRecord(this.#state, kind)) {
      return;
    }
    this.#recording.abort();
    this.tell({ type: "record", kind });
    this.#recording = new AbortController();
    await this.#show(kind, this.#recording.signal);
  }

  async #show(kind, signal) {
    const { fit, person } = this.#state;
    let patience = 0;
    while (!signal.aborted) {
      const began = Date.now();
      if (!(await this.camera.nextFrame(FRAME_MS))) {
        if (!signal.aborted) {
          this.#cameraFailed("stalled");
        }
        return;
      }
      const taken = Date.now();
      const frame = await this.camera.frame(CHECKED.width, CHECKED.quality);
      if (frame === null || signal.aborted) {
        continue;
      }
      try {
        const answer = await this.fits.show(fit, kind, `person ${person}`, frame.blob);
        patience = 0;
        this.tell({ type: "looked", answer, kind, taken, fit });
      } catch (failure) {
        const problem = known(failure);
        patience = Math.min(MOST_PATIENCE_MS, Math.max(1000, 2 * patience, problem.retryMs));
        this.tell({ type: "request-failed", request: "picture", problem });
      }
      await sleep(Math.max(patience, EVERY_MS - (Date.now() - began)));
    }
  }

  #adopt() {
    const { fit } = this.#state;
    return canUse(this.#state) && this.#asked("adopt", async () => {
      this.tell({ type: "adopted", fit, answer: await this.fits.adopt(fit) });
      this.#ask();
    });
  }

  #download(what, name) {
    const { fit } = this.#state;
    return canUse(this.#state) && this.#asked(what, async () => {
      const address = URL.createObjectURL(await this.fits.file(fit, what));
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser reads it meanwhile
      this.tell({ type: "answered" });
    });
  }

  #close() {
    const { fit } = this.#state;
    return this.#asked("close", async () => {
      await this.fits.close(fit);
      this.camera.stop();
      this.tell({ type: "camera-off" });
      this.tell({ type: "closed" });
    });
  }

  #toggle() {
    if (["on", "asking", "stalled"].includes(this.#state.camera)) {
      this.camera.stop();
      this.tell({ type: "camera-off" });
    } else {
      this.#startCamera(by("cameras").value);
    }
  }

  async #startCamera(id) {
    this.camera.stop();
    this.tell({ type: "camera-asked" });
    try {
      const camera = await this.camera.start(id);
      if (camera === null) {
        return; // another was chosen meanwhile
      }
      by("stage").classList.toggle("mirrored", camera.mirrored);
      this.tell({ type: "camera-on" });
    } catch ({ why }) {
      this.#cameraFailed(why);
      return;
    }
    const named = (number) => this.text("source.camera-number", { number });
    await Camera.offer(by("cameras"), by("which"), named);
  }

  #cameraFailed(why) {
    this.tell({ type: "camera-failed", why });
  }
}

await openPage("fit.title", (texts) => new FitPage(texts).start());
