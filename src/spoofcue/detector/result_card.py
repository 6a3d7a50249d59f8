"""One decision as HTML for notebooks: it needs no other file, no style sheet and no script.

Notebooks are dark or light, and drop style sheets of outputs that nobody trusts yet: every style
stands in its element, and text takes the colour of the page.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from spoofcue.media.image import Image

# colour-blind safe, and legible on white and on black; a word stands beside each
COLOURS = {"live": "#1F82BD", "attack": "#D5680F", "rejected": "#808792"}
SIGNS = {"live": "\N{CHECK MARK}", "attack": "\N{MULTIPLICATION X}", "rejected": "?"}
LONGEST_PX = 1100  # of the picture; wider ones are shrunk
WIDTH, ROW, NAMES = 430, 22, 130  # px of the bars; of the names beside them


def result_card(result: Mapping[str, Any], picture: Image | None) -> str:
    """A decision, its score beside the threshold, the evidence, and what to do.

    Args:
        result: as :meth:`spoofcue.detector.result.Result.to_dict` gives it.
        picture: (h, w, 3) uint8 RGB of what was seen; None: there is none.

    """
    parts = [_headline(result), _words(result)]
    if result["score"] is not None:
        parts.append(_scale(result["score"], result["threshold"], COLOURS[result["decision"]]))
    if picture is not None:
        told = "face, cue map and what the experts looked at"
        parts.append(
            f'<img src="{_data_uri(picture)}" alt="{told}" style="max-width:100%;'
            'max-height:260px;display:block;margin:8px 0;border-radius:4px">'
        )
    if any(one["contribution"] is not None for one in result["evidence"]):
        of = " of the frame in the middle" if result["frames"] > 1 else ""
        parts.append(_bars(result["evidence"], of))
    if picture is None and result["score"] is not None:
        parts.append(_quiet("predict(..., cues=True) shows the face and where the evidence is."))
    inside = "".join(parts)
    return (
        '<div style="font:14px/1.45 system-ui,sans-serif;max-width:760px;padding:4px 0 6px 12px;'
        f'border-left:5px solid {COLOURS[result["decision"]]}">{inside}</div>'
    )


def _headline(result: Mapping[str, Any]) -> str:
    decision, score = result["decision"], result["score"]
    compared = ""
    if score is not None:
        sign = "&gt;" if score > result["threshold"] else "&le;"
        compared = f" score {score:.3f} {sign} threshold {result['threshold']:.3f}"
    return (
        f'<div><b style="font-size:18px;color:{COLOURS[decision]}">{SIGNS[decision]} '
        f"{decision}</b>{compared}</div>"
    )


def _words(result: Mapping[str, Any]) -> str:
    lines = []
    if result["reason"]:
        detail = f": {escape(result['detail'])}" if result["detail"] else ""
        lines.append(f"<div>{escape(result['reason'])}{detail}</div>")
    if result["advice"]:
        lines.append(f"<div><b>Advice:</b> {escape(result['advice'])}</div>")
    facts = []
    if result["frames"] > 1:
        facts.append(f"{result['frames']} frames scored")
    if result["faces"] > 1:
        facts.append(f"the largest of {result['faces']} faces")
    facts.append(f"model {result['model']}")
    if result["timings"]["total"]:
        facts.append(f"{result['timings']['total']:.0f} ms")
    return "".join(lines) + _quiet(escape(" · ".join(facts)))


def _quiet(text: str) -> str:
    return f'<div style="opacity:.75;font-size:12.5px">{text}</div>'


def _scale(score: float, threshold: float, colour: str) -> str:
    """The score on a line from 0 to 1, with the threshold."""
    at, limit = NAMES + (WIDTH - NAMES - 10) * score, NAMES + (WIDTH - NAMES - 10) * threshold
    return (
        f'<svg viewBox="0 0 {WIDTH} 30" width="{WIDTH}" height="30" style="max-width:100%" '
        f'fill="currentColor" font-size="12" role="img" aria-label="score {score:.3f}, threshold '
        f'{threshold:.3f}"><text x="0" y="15">score, 0 to 1</text>'
        f'<rect x="{NAMES}" y="9" width="{WIDTH - NAMES - 10}" height="4" rx="2" opacity=".25"/>'
        f'<rect x="{limit - 1:.1f}" y="3" width="2" height="16"/>'
        f'<text x="{min(max(limit, NAMES + 26), WIDTH - 36):.1f}" y="29" font-size="10.5" '
        f'text-anchor="middle">threshold</text>'
        f'<circle cx="{at:.1f}" cy="11" r="6" fill="{colour}"/></svg>'
    )


def _bars(evidence: Sequence[Mapping[str, Any]], of: str) -> str:
    """Each expert's part in the log-odds of an attack: to the left for live, to the right not."""
    most = max(abs(one["contribution"] or 0.0) for one in evidence) or 1.0
    middle = NAMES + (WIDTH - NAMES - 10) / 2
    half = middle - NAMES - 44  # leaves room for the numbers
    height = ROW * len(evidence) + 24
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'style="max-width:100%;display:block" fill="currentColor" font-size="12" role="img" '
        'aria-label="part of each expert in the score">'
        f'<text x="{middle - 8}" y="12" text-anchor="end" font-size="10.5">\N{LEFTWARDS ARROW} '
        f'live</text><text x="{middle + 8}" y="12" font-size="10.5">attack \N{RIGHTWARDS ARROW}'
        "</text>"
    ]
    for number, one in enumerate(evidence):
        top = 18 + ROW * number
        parts.append(f'<text x="0" y="{top + 13}">{escape(one["expert"])}</text>')
        part = one["contribution"]
        if part is None:
            parts.append(f'<text x="{middle + 8}" y="{top + 13}" opacity=".75">not asked</text>')
            continue
        long = half * abs(part) / most
        left = middle if part > 0 else middle - long
        colour = COLOURS["attack" if part > 0 else "live"]
        anchor, beside = ("start", long + 5) if part > 0 else ("end", -long - 5)
        parts.append(
            f'<rect x="{left:.1f}" y="{top + 3}" width="{long:.1f}" height="13" fill="{colour}"/>'
            f'<text x="{middle + beside:.1f}" y="{top + 13}" text-anchor="{anchor}">{part:+.2f}'
            "</text>"
        )
    parts.append(
        f'<rect x="{middle - 0.5}" y="18" width="1" height="{height - 22}" opacity=".5"/></svg>'
    )
    missing = [one["missing"] for one in evidence if one["missing"]]
    told = f"Parts of the experts in the log-odds of an attack; their sum gives the score{of}."
    return "".join(parts) + _quiet(escape(" ".join([told, *missing])))


def _data_uri(picture: Image) -> str:
    import cv2

    height, width = picture.shape[:2]
    if width > LONGEST_PX:
        size = (LONGEST_PX, max(1, round(height * LONGEST_PX / width)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 88]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}"
