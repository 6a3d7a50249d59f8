"""One picture or clip, one decision: ``python client/check.py face.jpg``.

Ends with status 0 for live alone, with 1 for any other decision, with 2 where there is none.
``SPOOFCUE_URL``: of the service; ``SPOOFCUE_KEY``: an API key, where it needs one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx


def decision_on(data: bytes, url: str, key: str | None) -> tuple[str, str]:
    """The decision on the bytes of a file, and the advice or reason that goes with it.

    Raises:
        httpx.HTTPError: there is no decision, and nobody may be let in.

    """
    headers = {"Content-Type": "application/octet-stream"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    answer = httpx.post(f"{url}/v1/checks", content=data, headers=headers, timeout=60)
    answer.raise_for_status()  # an answer of any other status has no decision
    said = answer.json()
    return str(said["decision"]), str(said["advice"] or said["detail"] or "")


def main() -> int:
    """Print the decision on the file of the command line."""
    url = os.environ.get("SPOOFCUE_URL", "http://127.0.0.1:8000")
    try:
        data = Path(sys.argv[1]).read_bytes()
        decision, words = decision_on(data, url, os.environ.get("SPOOFCUE_KEY"))
    except IndexError:
        print("give a picture or clip", file=sys.stderr)
        return 2
    except (OSError, httpx.HTTPError) as error:
        print(f"no decision: {error}", file=sys.stderr)
        return 2
    print(decision, words)
    return 0 if decision == "live" else 1


if __name__ == "__main__":
    sys.exit(main())
