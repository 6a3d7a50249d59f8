"""One process of a training that several make together; see :mod:`spoofcue.training.several`."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from spoofcue.errors import SpoofCueError, system_error_text
from spoofcue.plain_lines import listening
from spoofcue.training.place import ElsewhereError, LostError, place_of

STOPPED = 130


def main() -> None:
    """Train what the first line of stdin names; lines of JSON on stdout tell how it goes."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what others print is no answer

    def say(**facts: Any) -> None:
        print(json.dumps(facts), file=answers, flush=True)

    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if os.environ["RANK"] != "0":
        warnings.simplefilter("ignore")  # the first process says them
    try:
        with nullcontext() if job["bar"] else listening(lambda line: say(line=line)):
            train(job)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except SpoofCueError as error:
        say(failed=_kind(error), text=str(error))
    except OSError as error:
        say(failed="input", text=system_error_text(error, "the output"))
    except MemoryError:
        say(failed="input", text="out of memory; close other programs, or give fewer --workers.")
    except Exception:
        say(failed="fault", text=traceback.format_exc())
    else:
        return
    # at once: what waits for the other processes would wait in vain
    os._exit(1)


def train(job: dict[str, Any]) -> None:
    """What the job says, in this process."""
    from spoofcue.methods.registry import build_network
    from spoofcue.methods.settings import settings_from
    from spoofcue.training import gradient

    settings, place = settings_from(job["settings"], "the settings of the training"), place_of()
    assert place is not None
    data, run = Path(job["data"]), Path(job["run"])
    gradient.train(data, run, settings, build_network, resume=job["resume"], place=place)


def _kind(error: SpoofCueError) -> str:
    if isinstance(error, LostError):
        return "lost"
    return "elsewhere" if isinstance(error, ElsewhereError) else "input"


def _end_with_parent() -> None:
    """Whoever started this process holds its stdin open for as long as it lives."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
