// A check by the camera: an attempt by id, to which frames are sent as they come.

import { CHECKED } from "./camera.mjs";
import { FRAME_MS } from "./looking.mjs";
import { Failure } from "./service.mjs";

const FRAMES = 10;
const EVERY_MS = 220;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Resolves to { answer, taken, frame }: the decision, when its last frame was taken, and the frame
// that the answer's box is of (null where it names none). What fails or is aborted is given up, so
// that its frames are freed at once.
export async function attempt({ camera, service, signal }) {
  const begun = await service.begin(signal);
  try {
    let taken = 0;
    const sent = [];
    for (let at = 0; at < FRAMES; at += 1) {
      const began = Date.now();
      const come = await camera.nextFrame(FRAME_MS);
      signal.throwIfAborted();
      const frame = come ? await camera.frame(CHECKED.width, CHECKED.quality) : null;
      if (frame === null) {
        throw new Failure("no-frames");
      }
      taken = began;
      await service.sendFrame(begun, frame.blob, signal);
      sent.push(frame.blob);
      await sleep(at + 1 < FRAMES ? EVERY_MS - (Date.now() - began) : 0);
    }
    const answer = await service.finish(begun, signal);
    return { answer, taken, frame: sent[answer.place] ?? null };
  } catch (failure) {
    service.giveUp(begun).catch(() => {}); // its time ends it otherwise
    throw failure;
  }
}
