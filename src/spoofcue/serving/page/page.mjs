// The page: what is done with buttons, camera and files becomes events of the state.

import { attempt } from "./attempt.mjs";
import { Camera } from "./camera.mjs";
import { EvidencePictures } from "./evidence.mjs";
import { takeFiles } from "./files.mjs";
import { FRAME_MS, looking } from "./looking.mjs";
import { Failure, Service, ofFile } from "./service.mjs";
import { begin, canCheck, next } from "./state.mjs";
import { filled, openPage } from "./texts.mjs";
import { View } from "./view.mjs";

const ASK_MS = 4000; // between questions whether the service is there
const TICK_MS = 250;

const by = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Whatever else is thrown came of an answer that this page did not expect.
const known = (failure) => (failure instanceof Failure ? failure : new Failure("odd-answer"));

class Page {
  #state = begin();
  #looks = new AbortController(); // of the camera that is on
  #request = new AbortController(); // of the check that runs
  #file = null;
  #address = null; // of the file's picture

  constructor(texts) {
    this.text = (key, values) => filled(texts, key, values);
    this.service = new Service();
    this.view = new View(this.text);
    this.pictures = new EvidencePictures(this.text);
    this.camera = new Camera(by("camera"), () => this.#cameraFailed("lost"));
  }

  start() {
    by("start").addEventListener("click", () => this.#toggle());
    by("check").addEventListener("click", () => this.#check());
    by("clear").addEventListener("click", () => {
      this.tell({ type: "history-cleared" });
      by("start").focus(); // the button that had it is gone
    });
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
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#list());
    takeFiles({ input: by("file"), target: document, take: (file) => this.#open(file) });
    setInterval(() => this.#render(), TICK_MS);
    this.#keepAsking();
    this.#render();
  }

  tell(event) {
    this.#state = next(this.#state, event);
    this.#render();
  }

  #render() {
    this.view.render(this.#state, Date.now());
  }

  // Whether the service is there, and once its model.
  async #ask() {
    const { picture, service } = this.#state;
    try {
      await this.service.ready();
      if (service !== "ready") {
        const [model] = await this.service.models();
        const values = { id: model.id, threshold: model.threshold.toFixed(3) };
        by("model").textContent = this.text("model.line", values);
      }
      this.tell({ type: "service-ready" });
    } catch (failure) {
      this.tell({ type: "request-failed", picture, request: "ready", problem: known(failure) });
    }
  }

  async #keepAsking() {
    for (;;) {
      const { camera, checking, service } = this.#state;
      const told = camera === "on" && service === "ready"; // by every look
      if (!document.hidden && !checking && !told) {
        await this.#ask();
      }
      await sleep(ASK_MS);
    }
  }

  #toggle() {
    const { source, camera } = this.#state;
    if (source === "camera" && ["on", "asking", "stalled"].includes(camera)) {
      this.#leave();
      this.tell({ type: "camera-off" });
    } else {
      this.#startCamera(by("cameras").value);
    }
  }

  // Stop whatever is before the service now.
  #leave() {
    this.#looks.abort();
    this.#request.abort();
    this.camera.stop();
    by("picture").hidden = true;
    by("clip").hidden = true;
    by("picture").removeAttribute("src");
    by("clip").removeAttribute("src");
    if (this.#address !== null) {
      URL.revokeObjectURL(this.#address);
    }
    this.#file = this.#address = null;
  }

  async #startCamera(id) {
    this.#leave();
    this.tell({ type: "camera-asked" });
    try {
      const camera = await this.camera.start(id);
      if (camera === null) {
        return; // something else was chosen meanwhile
      }
      by("stage").classList.toggle("mirrored", camera.mirrored);
      this.tell({ type: "camera-on", name: camera.name });
    } catch ({ why }) {
      this.#cameraFailed(why);
      return;
    }
    this.#list();
    this.#look();
  }

  async #look() {
    this.#looks = new AbortController();
    const { signal } = this.#looks;
    await looking({
      camera: this.camera,
      service: this.service,
      tell: (event) => this.tell(event),
      state: () => this.#state,
      resize: (width, height) => this.view.size(width, height),
      signal,
    });
    while (!signal.aborted && this.#state.camera === "stalled") {
      if (await this.camera.nextFrame(FRAME_MS)) {
        if (!signal.aborted) {
          this.tell({ type: "camera-on", name: this.#state.name });
          this.#look();
        }
        return;
      }
    }
  }

  #cameraFailed(why) {
    this.#looks.abort();
    this.#request.abort();
    this.tell({ type: "camera-failed", why });
  }

  // The choice of cameras, where there is one.
  #list() {
    const named = (number) => this.text("source.camera-number", { number });
    return Camera.offer(by("cameras"), by("which"), named);
  }

  async #open(file) {
    this.#leave();
    this.#file = file;
    this.#address = URL.createObjectURL(file);
    by("stage").classList.remove("mirrored");
    const shown = file.type.startsWith("video/") ? by("clip") : by("picture");
    shown.src = this.#address;
    shown.hidden = false;
    const name = file.name || "…";
    this.tell({ type: "file-opened", name });
    shown.onerror = () => {
      shown.hidden = true;
      if (this.#file === file) {
        this.tell({ type: "file-unshown", name: this.text("preview.unshown", { name }) });
      }
    };
    const size = () => {
      const width = shown.naturalWidth || shown.videoWidth;
      this.view.size(width, shown.naturalHeight || shown.videoHeight);
    };
    shown.onload = shown.onloadedmetadata = size;
    this.#check();
  }

  async #check() {
    if (!canCheck(this.#state)) {
      return;
    }
    this.#request = new AbortController();
    const { signal } = this.#request;
    const { picture, source } = this.#state;
    let taken = Date.now();
    this.tell({ type: "check-started" });
    try {
      const done = source === "file" ? await this.#ofFile(signal) : await this.#ofCamera(signal);
      taken = done.taken ?? taken;
      const { overlay, ...answer } = done.answer;
      const before = this.#state.result;
      this.tell({ type: "check-answered", picture, answer, taken });
      if (this.#state.result !== before && this.#state.result.lost === null) {
        by("decision").scrollIntoView({ block: "nearest" }); // on a phone it is below the camera
        this.pictures.show(done.shown, answer, overlay);
      }
    } catch (failure) {
      if (!signal.aborted) {
        const problem = known(failure);
        this.tell({ type: "request-failed", picture, request: "check", problem, taken });
      }
    }
  }

  async #ofFile(signal) {
    const file = this.#file;
    const answer = await this.service.check(ofFile(file), signal);
    const readable = !file.type.startsWith("video/");
    const shown = readable ? await createImageBitmap(file).catch(() => null) : null;
    return { answer, shown };
  }

  async #ofCamera(signal) {
    const { camera, service } = this;
    const { frame, ...done } = await attempt({ camera, service, signal });
    return { ...done, shown: frame && (await createImageBitmap(frame)) };
  }
}

await openPage("title", (texts) => new Page(texts).start());
