// The camera: which there are, its picture, and frames of it as JPEG.

const WHY = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in-use",
  AbortError: "in-use",
};

// of a frame that is judged: px at most, and how well JPEG keeps it
export const CHECKED = { width: 1280, quality: 0.92 };

export class Camera {
  #stream = null;
  #turn = 0;
  #canvas = document.createElement("canvas");

  // video: shows the camera. ended: called with `lost` when it goes away by itself.
  constructor(video, ended) {
    this.video = video;
    this.ended = ended;
  }

  // Start, or change to another. Returns { name, mirrored }, or null where it was stopped or
  // started again meanwhile; throws { why } where it cannot.
  async start(deviceId = "") {
    this.stop();
    const turn = this.#turn;
    if (!navigator.mediaDevices?.getUserMedia) {
      throw { why: "insecure" };
    }
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, ...size } });
    } catch (error) {
      if (turn !== this.#turn) {
        return null;
      }
      throw { why: WHY[error.name] ?? "failed" };
    }
    if (turn !== this.#turn) {
      stream.getTracks().forEach((track) => track.stop());
      return null;
    }
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => this.#lose(stream));
    this.video.srcObject = stream;
    try {
      await this.video.play();
    } catch {
      if (turn !== this.#turn) {
        return null;
      }
      this.stop();
      throw { why: "failed" };
    }
    return { name: track.label, mirrored: track.getSettings().facingMode !== "environment" };
  }

  stop() {
    this.#turn += 1;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
  }

  #lose(stream) {
    if (stream === this.#stream) {
      this.stop();
      this.ended();
    }
  }

  // Every camera as { id, name }; names are empty until one was allowed.
  static async all() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return devices
      .filter((device) => device.kind === "videoinput" && device.deviceId)
      .map((device) => ({ id: device.deviceId, name: device.label }));
  }

  // Offer every camera in a list, whose row is shown where there is a choice; named(number): what one
  // without a name is called.
  static async offer(list, row, named) {
    const cameras = await Camera.all();
    const { value } = list;
    const options = cameras.map(
      ({ id, name }, at) => new Option(name || named(at + 1), id, false, id === value),
    );
    list.replaceChildren(...options);
    row.hidden = cameras.length < 2;
  }

  // Resolves when the camera gives its next frame; false where none comes in time.
  nextFrame(timeout) {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), timeout);
      const come = () => {
        clearTimeout(late);
        resolve(true);
      };
      if (this.video.requestVideoFrameCallback) {
        this.video.requestVideoFrameCallback(come);
      } else {
        this.video.addEventListener("timeupdate", come, { once: true });
      }
    });
  }

  // The frame that is shown now, as JPEG, no wider than `width` px; null where there is none.
  frame(width, quality) {
    const { videoWidth, videoHeight } = this.video;
    if (!this.#stream || !videoWidth) {
      return Promise.resolve(null);
    }
    const scale = Math.min(1, width / videoWidth);
    this.#canvas.width = Math.round(scale * videoWidth);
    this.#canvas.height = Math.round(scale * videoHeight);
    const context = this.#canvas.getContext("2d");
    context.drawImage(this.video, 0, 0, this.#canvas.width, this.#canvas.height);
    const size = { width: this.#canvas.width, height: this.#canvas.height };
    return new Promise((resolve) => {
      const done = (blob) => resolve(blob && { blob, ...size });
      this.#canvas.toBlob(done, "image/jpeg", quality);
    });
  }
}
