"""What attempts and looks are asked by, and what they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spoofcue.detector.quality import Quality
from spoofcue.faces.box import Box
from spoofcue.serving.answers import Answer, CheckAnswer

# of what a decision is answered with, what is kept from whoever holds the token alone: from it
# one could learn, attempt after attempt, which way to go
HIDDEN: dict[str, Any] = {"score": None, "evidence": [], "early_exit": None}


class BeginRequest(BaseModel):
    """What an attempt may be begun with."""

    model_config = ConfigDict(extra="forbid")

    nonce: str | None = Field(
        None,
        min_length=1,
        max_length=256,
        pattern=r"^[\x21-\x7e]+$",
        description="random text of the relying party, which the receipt repeats",
    )


class BegunAnswer(Answer):
    """A new attempt, and what it may take."""

    request_id: str
    id: str
    token: str = Field(description="authorises this attempt alone; for the browser")
    expires_at: str = Field(description="UTC; until then frames and finish must come")
    seconds: float = Field(description="the same from now")
    frames: int = Field(description="as many it takes")
    min_frames: int = Field(description="with fewer that show the face it is rejected")
    bytes: int = Field(description="of all frames together")


class LookFacts(Answer):
    """Where the face of one frame is; no score and no decision."""

    width: int | None = Field(description="px of the upright picture; null: it is unreadable")
    height: int | None
    box: Box | None
    faces: int
    reason: str | None = Field(description="why it would not be judged; null: it is fit")
    detail: str | None = Field(description="the reason in words")
    advice: str | None = Field(description="what to tell the person before the camera")
    quality: Quality | None


class LookAnswer(LookFacts):
    """A look at one frame."""

    request_id: str


class FramesAnswer(Answer):
    """How far an attempt is."""

    request_id: str
    attempt: str
    frames: int = Field(description="that are in")
    enough: bool = Field(description="whether there are as many as it needs at least")
    look: LookFacts | None = Field(
        description="at the last frame; null: not wanted, or there was no room for it"
    )


class AttemptAnswer(CheckAnswer):
    """The decision of an attempt; who holds its token alone gets no score and no evidence."""

    attempt: str
    receipt: str = Field(description="JWS of the decision, for the relying party to verify")


class AttemptStateAnswer(Answer):
    """An attempt as its relying party sees it."""

    request_id: str
    attempt: str
    state: Literal["open", "deciding", "decided", "out_of_time", "given_up"]
    frames: int
    result: AttemptAnswer | None = Field(description="once somebody has finished it")


def for_token(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An :class:`AttemptAnswer` without what is :data:`HIDDEN`."""
    return {**answer, **HIDDEN}
