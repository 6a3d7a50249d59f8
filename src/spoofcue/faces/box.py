"""A face box in pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width and height in pixels of the upright frame; may reach over its border."""

    x: int
    y: int
    w: int
    h: int

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.w * self.h

    def clipped(self, frame_w: int, frame_h: int) -> Box | None:
        """The part inside a frame of that size in px, or None if nothing is."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.w, frame_w), min(self.y + self.h, frame_h)
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right - left, bottom - top)
