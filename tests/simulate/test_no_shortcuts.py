"""Nothing but the presentation tells live and attack apart: trivial statistics do not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spoofcue.simulate.camera import encode
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.samples import Framing, Sample, frames

DEVICES = tuple(f"cam-{k}" for k in range(1, 7))
MEDIA = ("print-a", "print-b", "replay-a", "replay-b")
PEOPLE = 8


def statistics(sample: Sample, person: RenderedPerson) -> tuple[list[float], dict[str, object]]:
    picture = next(frames(sample, person, Framing(1.4), 0))
    data = encode(picture.image, picture.quality)
    with Image.open(io.BytesIO(data)) as file:
        tables = file.quantization
        pixels = np.asarray(file.convert("RGB"), np.float64)
    grey = pixels.mean(axis=2)
    across = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    at_edge = np.arange(across.size) % 8 == 7
    red, green, blue = pixels.mean(axis=(0, 1))
    values = [
        np.log(len(data)), grey.mean(), grey.std(), red - green, blue - green,
        across[at_edge].mean() / across[~at_edge].mean(),
    ]  # fmt: skip
    # the box's height follows the detector, which sees another picture of the person: a pixel
    return values, {
        "size": pixels.shape,
        "tables": tables,
        "x": picture.box[0],
        "w": picture.box[2],
    }


@pytest.fixture(scope="module")
def measured() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], list[object]]:
    values, labels, groups, formats = [], [], [], []
    for k in range(PEOPLE):
        person = RenderedPerson(f"p{k}", 0, 320)
        for j, device in enumerate(DEVICES):
            session = f"session-{1 + (j + k) % 3}"
            for pai in ("", *MEDIA):
                got, form = statistics(Sample(person.subject, pai, session, device, 0), person)
                values.append(got)
                labels.append(int(bool(pai)))
                groups.append(k)
                formats.append(((k, device), form))
    return np.array(values), np.array(labels), np.array(groups), formats


def test_size_geometry_and_jpeg_tables_are_equal_within_a_take(measured) -> None:  # type: ignore[no-untyped-def]
    first: dict[object, object] = {}
    for place, form in measured[3]:
        assert first.setdefault(place, form) == form
    assert len({str(f) for f in first.values()}) > 20  # ... and differ between takes


def test_means_lie_within_bounds(measured) -> None:  # type: ignore[no-untyped-def]
    values, labels, _, _ = measured
    live, attack = values[labels == 0], values[labels == 1]
    gap = np.abs(live.mean(axis=0) - attack.mean(axis=0)) / values.std(axis=0)
    names = ("log file size", "mean", "deviation", "red-green", "blue-green", "blockiness")
    wide = {n: round(float(g), 2) for n, g in zip(names, gap, strict=True) if g > 0.6}
    assert not wide
    assert abs(np.exp(attack[:, 0].mean() - live[:, 0].mean()) - 1) < 0.25


def test_a_classifier_on_them_stays_near_chance(measured) -> None:  # type: ignore[no-untyped-def]
    values, labels, groups, _ = measured
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    found = cross_val_predict(
        model, values, labels, groups=groups, cv=GroupKFold(PEOPLE), method="predict_proba"
    )[:, 1]
    assert roc_auc_score(labels, found) < 0.72
    # the same classifier does see a shortcut where there is one
    leaky = values + 3 * values.std(axis=0) * labels[:, None]
    found = cross_val_predict(
        model, leaky, labels, groups=groups, cv=GroupKFold(PEOPLE), method="predict_proba"
    )[:, 1]
    assert roc_auc_score(labels, found) > 0.95
