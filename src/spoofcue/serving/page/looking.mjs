// The loop that looks at the newest frame of the camera while you move: one request in flight, at
// most about three a second, and fewer of a service that asks for patience.

import { Failure } from "./service.mjs";

export const EVERY_MS = 350;
export const FRAME_MS = 2000; // a camera that gives no frame for so long is stalled
const WIDTH = 640; // px
const QUALITY = 0.85;
const MOST_PATIENCE_MS = 10_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Runs until `signal` is aborted.
// tell: takes events; state: gives the state now; resize: takes width and height of what is sent.
export async function looking({ camera, service, tell, state, resize, signal }) {
  const { picture } = state();
  let patience = 0;
  while (!signal.aborted) {
    const began = Date.now();
    if (document.hidden || state().checking) {
      await sleep(EVERY_MS);
      continue;
    }
    if (!(await camera.nextFrame(FRAME_MS))) {
      if (!signal.aborted && !document.hidden) {
        tell({ type: "camera-failed", why: "stalled" });
        return;
      }
      continue;
    }
    const taken = Date.now();
    const frame = await camera.frame(WIDTH, QUALITY);
    if (frame === null || signal.aborted) {
      continue;
    }
    try {
      const answer = await service.look(frame.blob, signal);
      patience = 0;
      resize(frame.width, frame.height);
      tell({ type: "looked", picture, answer, taken });
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      patience = Math.min(MOST_PATIENCE_MS, Math.max(1000, 2 * patience, failure.retryMs ?? 0));
      const problem = failure instanceof Failure ? failure : new Failure("odd-answer");
      tell({ type: "request-failed", picture, request: "look", problem });
    }
    await sleep(Math.max(patience, EVERY_MS - (Date.now() - began)));
  }
}
