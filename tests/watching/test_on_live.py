"""A command that is told of an attempt."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.watching.command import Command
from spoofcue.watching.deliveries import WAITING, Deliveries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of another kind")


def script(path: Path, code: str) -> str:
    path.write_text(code)
    return shlex.join([sys.executable, str(path)])


def test_it_gets_the_json_and_its_arguments_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read() + '|'.join(sys.argv[2:]))"
    text = script(tmp_path / "a.py", code)
    command = Command.read(f"{text} {out} '$HOME; touch {tmp_path}/x' *")
    assert command.tell(b'{"a": 1}') is None
    assert out.read_text() == f'{{"a": 1}}$HOME; touch {tmp_path}/x|*'
    assert not (tmp_path / "x").exists()


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    assert Command.read(script(tmp_path / "a.py", "raise SystemExit(3)")).tell(b"") == (
        "it ended with status 3"
    )
    # one that reads nothing is none the worse for it
    assert Command.read("true").tell(b"x" * 1_000_000) is None


def test_a_slow_one_is_ended_with_what_it_started(tmp_path: Path) -> None:
    began = time.monotonic()
    wrong = Command.read("sh -c 'sleep 30; true'", timeout=0.3).tell(b"")
    assert wrong is not None
    assert "0.3 s" in wrong
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["", "no-such-program-here x", "'a"])
def test_a_command_that_cannot_run_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError):
        Command.read(text)


class Listener:
    def __init__(self, *, fails: bool = False, waits: float = 0) -> None:
        self.bodies: list[bytes] = []
        self.fails, self.waits = fails, waits

    def __str__(self) -> str:
        return "listener"

    def tell(self, body: bytes) -> str | None:
        time.sleep(self.waits)
        self.bodies.append(body)
        if self.fails:
            raise RuntimeError("broken")
        return None


def test_all_are_told_in_order_even_if_one_breaks() -> None:
    warnings: list[str] = []
    breaks, good = Listener(fails=True), Listener()
    deliveries = Deliveries([breaks, good], warnings.append)
    bodies = [b"%d" % n for n in range(5)]
    for body in bodies:
        deliveries.send(body)
    deliveries.finish(5)
    assert breaks.bodies == good.bodies == bodies
    assert warnings == ["listener: RuntimeError: broken"] * 5


def test_a_listener_that_hangs_holds_up_nothing_and_few_wait_for_it() -> None:
    warnings: list[str] = []
    slow = Listener(waits=3)
    deliveries = Deliveries([slow], warnings.append)
    began = time.monotonic()
    for n in range(WAITING + 5):
        deliveries.send(b"%d" % n)
    assert time.monotonic() - began < 2
    assert 4 <= len(warnings) <= 5
    deliveries.finish(0.1)
    assert "not every attempt" in warnings[-1]


def test_without_listeners_there_is_nothing_to_do() -> None:
    deliveries = Deliveries([], print)
    deliveries.send(b"x")
    deliveries.finish(1)
