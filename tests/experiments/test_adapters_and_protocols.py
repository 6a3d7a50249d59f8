"""What the adapters read of sets of full size, under the protocols: names alone, no file."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from helpers.known_dataset import full
from spoofcue.data.manifest import schema
from spoofcue.protocols.counts import count_fold
from spoofcue.protocols.reader import load_set

COLUMNS = ("media", "dataset", "subject", "label", "pai", "session", "device", "variant", "split")
SETS = ("oulu-npu", "siw", "casia-mfsd", "replay-attack", "msu-mfsd", "siw-m")
Videos = tuple[int, int]


@cache
def everything() -> pl.DataFrame:
    rows = [
        {c: getattr(r, c) for c in COLUMNS} | {"video": f"{name}/{r.media}", "frame": 0}
        for name in SETS
        for r in full(name).recordings
    ]
    return pl.DataFrame(rows, schema=schema())


@pytest.mark.parametrize(
    ("name", "protocol", "expected"),
    [
        ("oulu-npu", "1", [[(240, 960), (180, 720), (120, 480)]]),
        ("oulu-npu", "2", [[(360, 720), (270, 540), (360, 720)]]),
        ("oulu-npu", "3", [[(300, 1200), (225, 900), (60, 240)]] * 6),
        ("oulu-npu", "4", [[(200, 400), (150, 300), (20, 40)]] * 6),
        ("siw-all-90", "1", [[(714, 1702), (599, 1454)]]),
        ("siw-all-90", "3", [[(714, 339), (599, 1140)], [(714, 1363), (599, 314)]]),
        ("casia-mfsd", "overall", [[(48, 144), (12, 36), (90, 270)]]),
        ("casia-mfsd", "low", [[(16, 48), (4, 12), (30, 90)]]),
        ("casia-mfsd", "warped", [[(48, 48), (12, 12), (90, 90)]]),
        ("replay-attack", "grandtest", [[(60, 300), (60, 300), (80, 400)]]),
        ("replay-attack", "photo-hand", [[(60, 90), (60, 90), (80, 120)]]),
        ("replay-attack", "video-fixed", [[(60, 60), (60, 60), (80, 80)]]),
        ("msu-mfsd", "replay", [[(24, 48), (6, 12), (40, 80)]]),
        ("casia-replay", "casia-to-replay", [[(48, 144), (12, 36), (80, 400)]]),
        ("casia-replay", "replay-to-casia", [[(60, 300), (60, 300), (90, 270)]]),
        ("ocim-ssdg", "ICM-O", [[(360, 1360), (60, 300), (720, 2880)]]),
        ("ocim-ssdg", "OCI-M", [[(1010, 4030), (330, 1380), (70, 210)]]),
    ],
)
def test_folds_of_the_adapters_manifests_have_the_published_counts(
    name: str, protocol: str, expected: list[list[Videos]]
) -> None:
    found = []
    for fold in load_set(name).protocols[protocol].folds:
        counts = count_fold(everything(), fold)
        found.append([(c["live_videos"], c["attack_videos"]) for c in counts.values()])
    assert found == expected


def test_siw_m_has_a_fold_for_each_kind_of_attack_that_the_adapter_names() -> None:
    tested = {}
    for fold in load_set("siw-m").protocols["leave-one-out"].folds:
        tested |= count_fold(everything(), fold)["test"]["pai"]
    rows = everything().filter(pl.col("dataset") == "siw-m")
    assert tested == dict(rows["pai"].drop_nulls().value_counts().iter_rows())


def test_every_instrument_and_device_that_a_protocol_names_is_one_of_an_adapter() -> None:
    for name in (*SETS, "siw-all-90", "casia-replay", "siw-oulu"):
        protocols = load_set(name)
        rows = everything().filter(pl.col("dataset").is_in(list(protocols.datasets)))
        for protocol in protocols.protocols.values():
            for fold in protocol.folds:
                for part in (fold.train, fold.dev, fold.test):
                    for key in ("pai", "device", "session", "variant", "subject"):
                        wanted = set(part.values_of(key)) if part else set()
                        assert wanted <= set(rows[key]), (name, protocol.name, key)
