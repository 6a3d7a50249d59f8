// What the last check saw: the frame with the face's box, and the cue overlay beside it.

const by = (id) => document.getElementById(id);

export class EvidencePictures {
  #address = null; // of the overlay
  #turn = null; // of the last check; an overlay of one before it is dropped

  constructor(service, text) {
    this.service = service;
    this.text = text;
  }

  // frame: ImageBitmap, or null where the browser cannot show it; body: what was checked.
  async show(frame, body, answer) {
    this.#turn?.abort();
    const turn = new AbortController();
    this.#turn = turn;
    this.#forget();
    this.#frame(frame, answer.box);
    by("details").hidden = frame === null && answer.score === null;
    if (answer.score === null) {
      by("overlay-figure").hidden = true;
      return;
    }
    by("overlay-figure").hidden = false;
    by("overlay-caption").textContent = this.text("overlay.loading");
    let drawn = null;
    try {
      drawn = await this.service.evidence(body, turn.signal);
    } catch {
      // an explanation alone is missing; the decision stands without it
    }
    if (turn.signal.aborted) {
      return;
    }
    if (drawn === null || drawn.decision !== answer.decision) {
      by("overlay-caption").textContent = this.text("overlay.none");
      return;
    }
    this.#address = URL.createObjectURL(drawn.picture);
    by("overlay").src = this.#address;
    by("overlay").alt = this.text("overlay.alt");
    by("overlay").hidden = false;
    by("overlay-caption").textContent = this.text("overlay.caption");
  }

  #forget() {
    by("overlay").hidden = true;
    by("overlay").removeAttribute("src");
    if (this.#address !== null) {
      URL.revokeObjectURL(this.#address);
      this.#address = null;
    }
  }

  #frame(frame, box) {
    const canvas = by("frame");
    canvas.parentElement.hidden = frame === null;
    if (frame === null) {
      return;
    }
    canvas.width = frame.width;
    canvas.height = frame.height;
    const context = canvas.getContext("2d");
    context.drawImage(frame, 0, 0);
    if (box !== null) {
      const thick = Math.max(2, frame.width / 160);
      for (const [colour, width] of [["#000", 2 * thick], ["#fff", thick]]) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.strokeRect(box.x, box.y, box.w, box.h);
      }
    }
  }
}
