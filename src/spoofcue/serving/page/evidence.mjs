// What the last check saw: the cue overlay, and the face's box in the picture or frame that it is of.

const by = (id) => document.getElementById(id);

export class EvidencePictures {
  constructor(text) {
    this.text = text;
  }

  // frame: ImageBitmap that the answer's box is of, or null; overlay: address of a PNG, or null where
  // there is nothing to draw.
  show(frame, answer, overlay) {
    this.#frame(frame, answer.box);
    const drawn = typeof overlay === "string" && overlay.startsWith("data:image/png;base64,");
    by("details").hidden = frame === null && answer.score === null;
    by("overlay-figure").hidden = answer.score === null;
    by("overlay").hidden = !drawn;
    if (drawn) {
      by("overlay").src = overlay;
    } else {
      by("overlay").removeAttribute("src");
    }
    by("overlay").alt = this.text("overlay.alt");
    by("overlay-caption").textContent = this.text(drawn ? "overlay.caption" : "overlay.none");
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
