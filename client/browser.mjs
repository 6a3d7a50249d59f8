// One attempt from a browser: camera, frames, receipt. It knows the attempt's id and token, and
// nothing else; whether somebody is let in is for the backend to say, by the receipt.

const WIDTH = 640; // px that are sent
const QUALITY = 0.9;
const ENOUGH = 8; // frames one after the other in which the face is fit

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class NoReceipt extends Error {}

// attempt: url, id, token, seconds and frames, as the backend got them of POST /v1/attempts.
// video: plays the camera. say: gets a line for the person. Returns the receipt.
export async function receiptOf(attempt, video, say) {
  const canvas = document.createElement("canvas");
  const until = performance.now() + 1000 * attempt.seconds - 3000; // what finishing may take
  let fit = 0;
  for (let sent = 0; sent < attempt.frames && fit < ENOUGH; sent += 1) {
    if (performance.now() > until) {
      throw new NoReceipt("It took too long.");
    }
    const { look } = await send(attempt, "frames", await newFrame(video, canvas));
    const good = look === null || look.reason === null;
    fit = good ? fit + 1 : 0;
    say(good ? "Hold on." : (look.advice ?? "Look into the camera."));
    // whoever is not in place yet must not use the frames up; more often than that nobody moves
    await sleep(good ? 60 : 400);
  }
  say("One moment.");
  return (await send(attempt, "finish")).receipt;
}

// A frame that the camera has made since the last one: the same twice is no evidence.
async function newFrame(video, canvas) {
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new NoReceipt("The camera stands still.")), 2000);
    video.requestVideoFrameCallback(() => {
      clearTimeout(late);
      resolve();
    });
  });
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

async function send(attempt, what, body) {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${attempt.url}/v1/attempts/${attempt.id}/${what}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${attempt.token}` },
      body,
    });
    if (answer.ok) {
      return answer.json();
    }
    if (answer.status !== 503 || tries === 2) {
      throw new NoReceipt((await answer.json()).title ?? "The service refused it.");
    }
    await sleep(1000 * Number(answer.headers.get("Retry-After") ?? 1));
  }
}

// For a phone whose camera is on no longer than it has to be.
async function withCamera(video, work) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "user", width: { ideal: 1280 } },
  });
  try {
    video.srcObject = stream;
    await video.play();
    return await work();
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }
}

async function logIn(video, say) {
  return withCamera(video, async () => {
    const begun = await fetch("/login/begin", { method: "POST" });
    if (!begun.ok) {
      throw new NoReceipt("Nobody can log in now.");
    }
    const receipt = await receiptOf(await begun.json(), video, say);
    const answer = await fetch("/login/finish", { method: "POST", body: receipt });
    return answer.ok && (await answer.json()).in === true;
  });
}

const button = document.querySelector("button");
const say = (words) => {
  document.querySelector("[role=status]").textContent = words;
};
button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const letIn = await logIn(document.querySelector("video"), say);
    say(letIn ? "You are logged in." : "That did not work. Try again in good light.");
  } catch (error) {
    say(error instanceof NoReceipt ? error.message : "The camera or the service is not there.");
  } finally {
    button.disabled = false;
  }
});
