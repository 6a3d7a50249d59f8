"""The boxes that the data give for one recording, checked against its frames."""

from __future__ import annotations

from dataclasses import dataclass, field

from spoofcue.data.problems import Problem
from spoofcue.data.recording import Recording
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.box_files import BoxTrack, read_box_file


@dataclass(slots=True)
class GivenBoxes:
    """One box for all frames, a track of boxes, or neither.

    Attributes:
        media: name of the recording.
        box: of every frame, cut to the frame.
        track: read from the recording's box file.
        problems: found so far; :meth:`at` adds to them.

    """

    media: str
    box: Box | None = None
    track: BoxTrack | None = None
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, recording: Recording, total: int, *, use: bool = True) -> GivenBoxes:
        """The boxes of a recording of ``total`` frames; none if they are not to be used."""
        given = cls(recording.media)
        if not use:
            return given
        given.box = recording.box
        if recording.boxes is None or recording.box_format is None:
            return given
        try:
            given.track = read_box_file(recording.boxes, recording.box_format)
        except InputError as error:
            given.problems.append(Problem("boxes_unreadable", recording.media, str(error)))
            return given
        if given.track.ends_before(total):
            told = f"{recording.boxes.name} covers {given.track.length} of {total} frames"
            given.problems.append(Problem("boxes_short", recording.media, told))
        return given

    def at(self, frame: int, frame_w: int, frame_h: int) -> Box | None:
        """The part of the frame's box that lies in the frame; None: ask a detector.

        A box wholly outside is a problem, and no box.
        """
        box = self.track.at(frame, frame_w, frame_h) if self.track else self.box
        if box is None:
            return None
        inside = box.clipped(frame_w, frame_h)
        if inside is None:
            told = (
                f"frame {frame}: box at {box.x}, {box.y} of {box.w} x {box.h} px, "
                f"frame of {frame_w} x {frame_h}"
            )
            self.problems.append(Problem("box_outside", self.media, told))
        return inside
