"""What goes over a pipe to a process that may break, and what comes back."""

from __future__ import annotations

import io
import json
import struct

import pytest

from spoofcue.isolation import Child, EndedError, Message


def test_data_and_files_come_as_they_went() -> None:
    pipe = io.BytesIO()
    sent = [({"score": 0.1 + 0.2, "name": "ü"}, (b"", b"\0\n", b"x" * 5000)), ([], ())]
    for data, files in sent:
        Message.write(pipe, data, files)
    pipe.seek(0)
    assert [Message.read(pipe) for _ in sent] == sent
    with pytest.raises(EOFError):
        Message.read(pipe)


def test_half_a_message_and_a_number_that_is_none_are_no_messages() -> None:
    pipe = io.BytesIO()
    Message.write(pipe, {"a": 1}, (b"1234",))
    for length in range(len(pipe.getvalue())):
        with pytest.raises((EOFError, struct.error)):
            Message.read(io.BytesIO(pipe.getvalue()[:length]))
    before = pipe.getvalue()
    with pytest.raises(ValueError, match="JSON"):
        Message.write(pipe, {"score": float("nan")})
    assert pipe.getvalue() == before


def test_a_length_that_no_message_has_is_not_waited_for() -> None:
    with pytest.raises(ValueError, match="length"):
        Message.read(io.BytesIO(struct.pack(">Q", 1 << 62) + b"{}"))
    for size in (-5, 1 << 40, 1.5, True, "8"):
        head = json.dumps({"data": {}, "sizes": [size]}).encode()
        with pytest.raises(ValueError, match="length"):
            Message.read(io.BytesIO(struct.pack(">Q", len(head)) + head + b"more"))


def test_a_program_that_answers_something_else_is_ended() -> None:
    child = Child("json.tool", {}, threads=1)  # it waits for the end of its input
    with pytest.raises(EndedError):
        child.greeting(0.2)
    assert child.code is not None
