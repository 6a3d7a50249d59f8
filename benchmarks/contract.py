"""Whether the service keeps to its own OpenAPI document: schemathesis against a started one.

python benchmarks/contract.py [--seconds 60] [--seed 0]

Requests are made from the document, and hostile neighbours of them: no answer may be 5xx (but for
503, which says that there is no room), of a status or type that the document does not name, or of
another form than it says; what needs a key must be refused without one. Exit status 1 if one was.

Which of schemathesis' checks do not fit which addresses, and why, is in CONFIG.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from hostile_parts.started import Started

CONFIG = """
[checks]
# it cannot say that a clip must hold a video
positive_data_acceptance.enabled = false
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]

# as a part of a form a number is a file of digits, which nobody can tell from a damaged picture
[[operations]]
include-path-regex = "/(checks|looks|frames|pictures)$"
checks.negative_data_rejection.enabled = false

# what became of an attempt is told of one that was given up, too
[[operations]]
include-path = "/v1/attempts/{attempt}"
checks.use_after_free.enabled = false
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--examples", type=int, default=40, help="a phase and address")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Started(Path(folder), "--workers", "2", "--threads", "1")
        faults = []
        try:
            status = examined(service, given)
            service.look()
            faults = service.faults()
        finally:
            faults += service.stop()
    print("\n".join(faults))
    sys.exit(bool(status or faults))


def examined(service: Started, given: argparse.Namespace) -> int:
    """Exit status of schemathesis."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", "contract.toml",
        "run", f"http://127.0.0.1:{service.port}/openapi.json",
        "--header", f"Authorization: Bearer {service.key}",
        "--continue-on-failure",
        "--seed", str(given.seed), "--max-examples", str(given.examples),
        "--max-time", str(given.seconds), "--no-color",
    ]  # fmt: skip
    # its own folder of examples found before would make one run differ from the next
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "contract.toml").write_text(CONFIG)
        return subprocess.run(command, cwd=folder, env=os.environ, check=False).returncode


if __name__ == "__main__":
    main()
