"""The card that a notebook shows of a decision."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import cv2
import numpy as np

from spoofcue.detector.result import Result
from spoofcue.faces.box import Box
from spoofcue.scoring.combination import Evidence

BOX = Box(10, 10, 30, 30)


def said(name: str, part: float | None, missing: str | None = None) -> Evidence:
    return Evidence(name, part, part, 1.0, part, BOX, 1.0, missing)


JUDGED = replace(
    Result.refused("", "", threshold=0.5, model="<i>m</i>"),
    decision="attack",
    reason=None,
    detail=None,
    score=0.75,
    box=BOX,
    frames=1,
    evidence=(said("<b>face</b>", 2.0), said("around", -1.0), said("far", None, "<u>too near")),
)


def test_bars_are_as_long_as_the_experts_parts_and_on_the_side_of_their_class() -> None:
    html = JUDGED._repr_html_()
    bars = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="13"', html)
    (left, long), (left_of_live, long_of_live) = ((float(x), float(w)) for x, w in bars)
    assert long == 2 * long_of_live
    assert left_of_live + long_of_live == left  # both begin in the middle
    assert [text in html for text in ("+2.00", "-1.00", "not asked")] == [True] * 3
    assert "score 0.750 &gt; threshold 0.500" in html


def test_names_of_others_are_escaped_and_nothing_is_asked_for() -> None:
    advice = replace(JUDGED, advice="<s>move</s>", reason="blurred", detail="<em>1</em>")
    html = advice._repr_html_()
    assert not re.search(r"<(b|i|u|s|em)>(face|m|too|move|1)", html)
    assert "&lt;s&gt;move" in html
    assert not re.search(r"<script|<style|https?:|src=(?!\"data:)", html)


def test_the_picture_is_that_of_the_evidence() -> None:
    assert "<img" not in JUDGED._repr_html_()
    frame = np.full((80, 120, 3), (200, 40, 10), np.uint8)
    shown = replace(JUDGED, frame=frame)
    data = re.search(r'src="data:image/jpeg;base64,([^"]+)"', shown._repr_html_())
    assert data is not None
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(data[1]), np.uint8), cv2.IMREAD_COLOR)
    picture = shown.picture()
    assert picture is not None
    assert decoded.shape == picture.shape
    # RGB, not BGR: in a corner without a rectangle
    assert np.abs(decoded[-5, -5, ::-1].astype(int) - (200, 40, 10)).max() < 12


def test_a_refusal_says_why_and_has_no_score() -> None:
    html = Result.refused("no_face", "none <found>", threshold=0.5, model="m")._repr_html_()
    assert "no_face: none &lt;found&gt;" in html
    assert "rejected" in html
    assert "<svg" not in html


def test_printed_it_is_one_line_in_which_names_do_nothing() -> None:
    assert str(JUDGED) == "attack: score 0.7500 (attack above 0.5000); face of 30x30 px at 10,10"
    named = Result.refused("unreadable", "\x1b[2Ja\nlive: b.jpg", threshold=0.5, model="m")
    assert str(named).startswith("rejected: unreadable (")
    assert str(named).isprintable()
