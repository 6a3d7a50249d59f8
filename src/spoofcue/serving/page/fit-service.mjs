// What the page that fits a camera asks the service.

import { CHECK_TIMEOUT_MS, LOOK_TIMEOUT_MS } from "./service.mjs";

export class FitService {
  // service: whose key goes with every request.
  constructor(service) {
    this.service = service;
  }

  begin() {
    return this.service.json("v1/fits", { method: "POST" }, LOOK_TIMEOUT_MS, 201);
  }

  show(fit, kind, person, frame, signal) {
    const asked = `v1/fits/${fit}/pictures?${new URLSearchParams({ kind, person })}`;
    const options = { method: "POST", body: frame, type: frame.type, signal };
    return this.service.json(asked, options, LOOK_TIMEOUT_MS);
  }

  state(fit) {
    return this.service.json(`v1/fits/${fit}`, {}, CHECK_TIMEOUT_MS);
  }

  adopt(fit) {
    return this.service.json(`v1/fits/${fit}/adopt`, { method: "POST" }, CHECK_TIMEOUT_MS);
  }

  // what: profile or report.
  async file(fit, what) {
    return this.service.blob(`v1/fits/${fit}/${what}`, {}, CHECK_TIMEOUT_MS);
  }

  // leaving: the page is closed, and the request has to outlive it.
  async close(fit, leaving = false) {
    const options = { method: "DELETE", keepalive: leaving };
    await this.service.ask(`v1/fits/${fit}`, options, LOOK_TIMEOUT_MS, 204);
  }
}
