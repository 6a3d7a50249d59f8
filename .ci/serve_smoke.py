"""What a new user does: `spoofcue serve`, the page, one check, Ctrl-C's cousin SIGTERM.

PYTHON .ci/serve_smoke.py PICTURE, with the Python that spoofcue[serve] was installed into.
"""

import base64
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

GOAL_S, BOUND_S = 3.0, 60.0  # the bound is for machines that do much else

with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
began = time.monotonic()
process = subprocess.Popen([sys.executable, "-m", "spoofcue", "serve", "--port", str(port)])


def ask(method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


try:
    while True:
        try:
            status, page = ask("GET", "/")
            break
        except OSError:
            seconds = time.monotonic() - began
            if process.poll() is not None or seconds > BOUND_S:
                sys.exit(f"no page after {seconds:.1f} s")
            time.sleep(0.02)
    seconds = time.monotonic() - began
    print(f"the page answers after {seconds:.2f} s (goal: {GOAL_S:g})")
    assert status == 200 and b"<title>" in page
    picture = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode()
    status, answer = ask("POST", "/v1/checks", {"picture": picture})
    decision = json.loads(answer).get("decision")
    print(f"a check: {status} {decision}")
    assert status == 200 and decision in ("live", "attack")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, f"SIGTERM ended it with {process.returncode}"
finally:
    process.kill()
