"""What stands in the place of a program while the commands of a page are run.

``spoofcue`` runs as it is but for three things, each of which it says on standard error: trainings
and simulated sets are as small as can be, the service gets a port of its own and stays in the
background, and an output that the prepared world happens to hold is made anew. ``pip`` installs
nothing: the extras must exist. A command that the page's comment excludes is held against its
program's options.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
STATE = "PAGE_STATE"
SHIMS = "shims"  # the folder of the stand-ins, beside the state
SHORT = [
    "--set=model.width=8",
    "--set=model.weights=none",
    "--set=input.size=32",
    "--set=input.max_side=96",
    "--set=training.batch_size=4",
    "--set=training.epochs=1",
    "--set=training.dev_every_epochs=1",
    "--set=training.images_per_epoch=8",
    "--set=training.precision=fp32",
    "--set=training.workers=0",
    "--set=training.threads=1",
]
TRAINS = ("train", "benchmark", "ablate")
WAIT_S = 60


def say(text: str) -> None:
    print(f"[page] {text}", file=sys.stderr, flush=True)


def shortened(words: list[str]) -> list[str]:
    """The options that make the work short; none where there is none, or where it goes on."""
    plain = {"--help", "--help-settings", "--resume", "--dry-run", "--gallery", "table"}
    if not words or plain & set(words):
        return []
    if words[0] == "simulate" and "--out" in words:
        return ["--takes=1", *(["--identities=3"] if "--identities" in words else [])]
    return SHORT if words[0] in TRAINS else []


def clear_given(words: list[str], state: dict[str, Any]) -> None:
    """Remove the output of this command where it was there from the beginning."""
    if "--out" not in words[:-1] or "--resume" in words:
        return
    name = words[words.index("--out") + 1].rstrip("/")
    given: list[str] = state["given"]
    if name in given and words[0] not in ("score",):
        say(f"{name} was there from the beginning and makes room")
        path = Path(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    kept = [one for one in given if one != name]
    write_state({**state, "given": kept})


def read_state() -> dict[str, Any]:
    state: dict[str, Any] = json.loads(Path(os.environ[STATE]).read_text())
    return state


def write_state(state: dict[str, Any]) -> None:
    Path(os.environ[STATE]).write_text(json.dumps(state))


def stop_service(state: dict[str, Any]) -> None:
    if pid := state.get("service"):
        with suppress(ProcessLookupError):
            os.kill(pid, 15)
        for _ in range(WAIT_S * 20):
            if not listens(state["port"]):
                break
            time.sleep(0.05)
    state["service"] = None


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def serve(words: list[str]) -> int:
    """Start the service, the last one stopped, and come back once it answers."""
    state = read_state()
    stop_service(state)
    say(f"in the background, with --port {state['port']}")
    with Path("service.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "spoofcue", *words, "--port", str(state["port"])],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    for _ in range(WAIT_S * 20):
        if listens(state["port"]):
            write_state({**state, "service": process.pid})
            return 0
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    print(Path("service.log").read_text(), file=sys.stderr)
    return 1


def pip(words: list[str]) -> int:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.split("[project.optional-dependencies]")[1].split("\n[")[0]
    extras = set(re.findall(r"^([\w-]+) = \[", section, re.MULTILINE))
    for word in words:
        if named := re.search(r"(?:spoofcue|\.)\[([\w,-]+)\]", word):
            wrong = set(named[1].split(",")) - extras
            if wrong:
                print(f"no extras: {sorted(wrong)}", file=sys.stderr)
                return 1
    say("nothing is installed; the extras exist")
    return 0


def become(program: str, words: list[str]) -> NoReturn:
    os.execv(program, words)


def main(name: str, words: list[str]) -> int:
    state = read_state()
    line = shlex.join([name, *words])
    if any(line.startswith(beginning) for beginning in state["not_run"]):
        sys.path.insert(0, str(TESTS))
        from helpers.command_lines import check_words

        # what the check calls is the program itself: a stand-in would call the check again
        shims = str(Path(os.environ[STATE]).parent / SHIMS)
        path = os.environ["PATH"].split(os.pathsep)
        os.environ["PATH"] = os.pathsep.join(one for one in path if one != shims)
        check_words([name, *words])
        say(f"not run: {line}")
        return 0
    if name in ("pip", "uv"):
        return pip(words)
    if name != "spoofcue":
        become(state["programs"][name], [name, *words])
    if words[:1] == ["serve"] and "--help" not in words:
        return serve(words)
    clear_given(words, state)
    if short := shortened(words):
        say(f"shortened by {' '.join(short)}")
    become(sys.executable, [sys.executable, "-m", "spoofcue", *words, *short])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
