"""What a request gives to be judged: one picture, a clip, or the frames of one recording."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from spoofcue.errors import validation_text
from spoofcue.media.kinds import HEAD, holds_video
from spoofcue.serving.problems import Problem

Kind = Literal["picture", "clip", "frames"]
FIELDS: tuple[Kind, ...] = ("picture", "clip", "frames")
TAKEN = "image/*, video/*, application/octet-stream, multipart/form-data or application/json"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be judged as one attempt.

    Attributes:
        kind: ``picture``: one, which may be an animation; ``clip``: a video; ``frames``: pictures
            of one recording in their order.
        files: the bytes of each; one, but for frames.

    """

    kind: Kind
    files: tuple[bytes, ...]


# for generators of clients; what it holds is looked at by _bytes_of
Base64 = Annotated[str, Field(json_schema_extra={"format": "byte"})]


def _one_of_three(schema: dict[str, Any]) -> None:
    """In a schema, that exactly one of the fields is given."""
    schema["oneOf"] = [{"required": [name]} for name in FIELDS]


class CheckRequest(BaseModel):
    """Pictures as base64, one of the three; ``data:image/png;base64,`` may stand before each."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of_three)

    picture: Base64 | None = Field(None, description="one picture")
    clip: Base64 | None = Field(None, description="a video")
    frames: list[Base64] | None = Field(
        None, min_length=1, description="pictures of one recording, in their order"
    )


def submission(content_type: str, body: bytes, max_frames: int) -> Submission:
    """Read a whole body; nothing in it is decoded yet.

    Args:
        content_type: of the request, with its parameters.
        body: as it came.
        max_frames: more of them are refused.

    Raises:
        Problem: it is empty, of another kind, or says not what to judge.

    """
    kind, options = parse_options_header(content_type)
    media = kind.decode("latin-1").lower()
    if not body:
        raise Problem("bad-request", "the body is empty: send a picture or clip.")
    if media == "multipart/form-data":
        return _of_parts(_parts(body, options.get(b"boundary", b""), max_frames), max_frames)
    if media == "application/json":
        return _of_json(body, max_frames)
    if media.startswith("image/"):
        return _checked("picture", [body], max_frames)
    if media.startswith("video/"):
        return _checked("clip", [body], max_frames)
    if media == "application/octet-stream":
        return Submission("clip" if holds_video(body[:HEAD]) else "picture", (body,))
    raise Problem("unsupported", f"Content-Type {media or '(none)'}: send {TAKEN}.")


def _checked(kind: Kind, files: list[bytes], max_frames: int) -> Submission:
    """Files that are what they are called: a clip of one picture would show no movement."""
    if len(files) > 1 and kind != "frames":
        raise Problem("not-valid", f"{len(files)} times {kind}: several pictures are `frames`.")
    if len(files) > max_frames:
        raise _too_many(max_frames)
    for number, file in enumerate(files, start=1):
        named = f"{kind} {number}" if kind == "frames" else kind
        if not file:
            raise Problem("not-valid", f"{named} is empty.")
        if holds_video(file[:HEAD]) != (kind == "clip"):
            what = "no video" if kind == "clip" else "a video, which is sent as `clip` or video/*"
            raise Problem("unsupported", f"{named} holds {what}.")
    return Submission(kind, tuple(files))


def _too_many(most: int) -> Problem:
    return Problem("too-large", f"more than {most} frames; send fewer, spread over the attempt.")


def _one_kind(given: dict[str, list[bytes]], max_frames: int) -> Submission:
    if len(given) != 1:
        said = " and ".join(given) if given else "none"
        raise Problem("not-valid", f"give one of {', '.join(FIELDS)}; there is {said}.")
    ((name, files),) = given.items()
    kind = next((k for k in FIELDS if k == name), None)
    if kind is None:
        raise Problem("not-valid", f"{name[:40]!r} is no field; give one of {', '.join(FIELDS)}.")
    return _checked(kind, files, max_frames)


def _of_parts(parts: Iterable[tuple[str, bytes]], max_frames: int) -> Submission:
    given: dict[str, list[bytes]] = {}
    for name, data in parts:
        given.setdefault(name, []).append(data)
    return _one_kind(given, max_frames)


def _parts(body: bytes, boundary: bytes, max_frames: int) -> list[tuple[str, bytes]]:
    """Name and content of each part; in memory, where Starlette's form would write files."""
    if not boundary:
        raise Problem("bad-request", "multipart/form-data without a boundary.")
    reader = _PartReader(max_frames)
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, KeyError, ValueError) as error:
        raise Problem("bad-request", f"the multipart body is damaged ({error}).") from error
    if not reader.ended:
        raise Problem("bad-request", "the multipart body breaks off before its last boundary.")
    return reader.parts


class _PartReader:
    """Collects parts as python-multipart finds them."""

    def __init__(self, most: int) -> None:
        self.parts: list[tuple[str, bytes]] = []
        self.ended = False
        self._most = most
        self._field, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._data = bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_field,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_data,
            "on_part_end": self._end,
            "on_end": self._end_all,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self._most:
            raise _too_many(self._most)
        self._headers, self._data = {}, bytearray()

    def _add_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        name = options.get(b"name")
        if name is None:
            raise ValueError("a part without a name")
        self.parts.append((name.decode("utf-8", "replace"), bytes(self._data)))

    def _end_all(self) -> None:
        self.ended = True


def _of_json(body: bytes, max_frames: int) -> Submission:
    try:
        tree = from_json(body)
    except ValueError:
        raise Problem("bad-request", "the body is not JSON.") from None
    if not isinstance(tree, dict):
        raise Problem("not-valid", "the body must be a JSON object.")
    # looked at first, since a list of a million faults takes seconds to make
    if unknown := tree.keys() - set(FIELDS):
        raise Problem(
            "not-valid", f"{min(unknown)[:40]!r} is no key; there are {', '.join(FIELDS)}."
        )
    if isinstance(tree.get("frames"), list) and len(tree["frames"]) > max_frames:
        raise _too_many(max_frames)
    try:
        asked = CheckRequest.model_validate(tree, strict=True)
    except ValidationError as error:
        text = validation_text(error, "the body")
        raise Problem("not-valid", f"{text}.") from None  # the error holds the picture
    given: dict[str, list[bytes]] = {}
    for kind in FIELDS:
        texts = getattr(asked, kind)
        if texts is not None:
            several = texts if isinstance(texts, list) else [texts]
            given[kind] = [_bytes_of(text, kind) for text in several]
    return _one_kind(given, max_frames)


def _bytes_of(text: str, kind: str) -> bytes:
    if text.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise Problem("not-valid", f"{kind}: the data URL is not base64.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem("not-valid", f"{kind} is not base64.") from None
