"""Every protocol on manifests of the official size, against the published counts."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from helpers.known.celeba_spoof import CELEBA
from helpers.known.siw import SIW_TEST
from helpers.known.siw_m import SIW_M
from helpers.known_dataset import known_datasets, manifest
from spoofcue.errors import InputError
from spoofcue.protocols.definition import Protocol
from spoofcue.protocols.fold import Fold, rows_of_fold
from spoofcue.protocols.reader import load_set, set_names

SETS = {name: load_set(name) for name in set_names() if name != "openpad"}
FOLDS = [
    pytest.param(name, p, f, id=f"{name}-{p.name}-{f.name}")
    for name, s in SETS.items()
    for p in s.protocols.values()
    if not p.files_needed
    for f in p.folds
]


@cache
def everything() -> pl.DataFrame:
    return pl.concat([manifest(k.name) for k in known_datasets().values() if k.rows])


def counts(rows: pl.DataFrame) -> list[tuple[int, int]]:
    """(live, attack) videos of train, dev and test."""
    table = rows.group_by("split").agg(
        live=pl.col("media").filter(pl.col("label") == 0).n_unique(),
        attack=pl.col("media").filter(pl.col("label") == 1).n_unique(),
    )
    found = {split: (live, attack) for split, live, attack in table.iter_rows()}
    return [found[s] for s in ("train", "dev", "test") if s in found]


def counted(name: str, protocol: str) -> list[list[tuple[int, int]]]:
    folds = SETS[name].protocols[protocol].folds
    return [counts(rows_of_fold(everything(), fold)) for fold in folds]


@pytest.mark.parametrize(("name", "protocol", "fold"), FOLDS)
def test_every_fold_keeps_people_apart_and_has_both_classes(
    name: str, protocol: Protocol, fold: Fold
) -> None:
    chosen = rows_of_fold(everything(), fold)
    people = {s: set(chosen.filter(pl.col("split") == s)["subject"]) for s in set(chosen["split"])}
    assert set(people) == ({"train", "dev", "test"} if fold.has_dev else {"train", "test"})
    assert sum(map(len, people.values())) == chosen["subject"].n_unique()
    for split in people:
        assert set(chosen.filter(pl.col("split") == split)["label"]) == {0, 1}
    assert set(chosen["dataset"]) <= set(SETS[name].datasets)


def test_every_protocol_says_how_it_is_judged_and_what_it_rests_on() -> None:
    for protocols in SETS.values():
        assert protocols.compares
        for p in protocols.protocols.values():
            assert p.note
            assert p.threshold.rule == ("eer" if p.folds[0].has_dev else "fixed")
            assert len({f.name for f in p.folds}) == len(p.folds)


@pytest.mark.parametrize(
    ("protocol", "published"),
    [
        ("1", [(240, 960), (180, 720), (120, 480)]),
        ("2", [(360, 720), (270, 540), (360, 720)]),
        ("3", [(300, 1200), (225, 900), (60, 240)]),
        ("4", [(200, 400), (150, 300), (20, 40)]),
        ("1_2", [(120, 480), (90, 360), (120, 480)]),
        ("1_3", [(120, 480), (180, 720), (120, 480)]),
    ],
)
def test_oulu_counts_are_the_published_ones(
    protocol: str, published: list[tuple[int, int]]
) -> None:
    folds = counted("oulu-npu", protocol)
    assert folds == [published] * (6 if protocol in "34" else 1)


def test_siw_counts_are_those_of_bobs_lists() -> None:
    assert counted("siw", "1") == [[(636, 1504), (78, 198), (599, 1454)]]
    assert counted("siw", "2") == [
        [(636, 883), (78, 120), (599, 300)],
        [(636, 883), (78, 120), (599, 296)],
        [(636, 885), (78, 120), (599, 294)],
        [(636, 958), (78, 120), (599, 250)],
    ]
    assert counted("siw", "3") == [
        [(636, 301), (78, 38), (599, 1140)],
        [(636, 1203), (78, 160), (599, 314)],
    ]


def test_siw_with_all_90_people_has_the_counts_of_the_official_split() -> None:
    assert counted("siw-all-90", "1") == [[(714, 1702), (599, 1454)]]
    assert [c[0] for c in counted("siw-all-90", "2")] == [
        (714, 1003), (714, 1003), (714, 1005), (714, 1078),
    ]  # fmt: skip
    assert [c[0] for c in counted("siw-all-90", "3")] == [(714, 339), (714, 1363)]


def test_siw_1_trains_on_the_first_60_frames_and_judges_all() -> None:
    for name in ("siw", "siw-all-90"):
        chosen = rows_of_fold(everything(), SETS[name].protocols["1"].folds[0])
        assert chosen.filter(pl.col("split") == "train")["frame"].max() == 10
        for split in set(chosen["split"]) - {"train"}:
            assert set(chosen.filter(pl.col("split") == split)["frame"]) == {10, 100}


def test_the_test_people_of_siw_are_the_75() -> None:
    chosen = rows_of_fold(everything(), SETS["siw"].protocols["1"].folds[0])
    tested = set(chosen.filter(pl.col("split") == "test")["subject"])
    assert tested == {f"siw/{n:03d}" for n in SIW_TEST}
    assert chosen.filter(pl.col("split") == "dev")["subject"].n_unique() == 10


def test_counts_of_the_intra_tests() -> None:
    assert counted("replay-attack", "grandtest") == [[(60, 300), (60, 300), (80, 400)]]
    assert counted("replay-attack", "grandtest-hand") == [[(60, 150), (60, 150), (80, 200)]]
    assert counted("replay-attack", "digitalphoto-fixed") == [[(60, 60), (60, 60), (80, 80)]]
    assert counted("casia-mfsd", "overall") == [[(48, 144), (12, 36), (90, 270)]]
    assert counted("casia-mfsd", "high") == [[(16, 48), (4, 12), (30, 90)]]
    assert counted("casia-mfsd", "cut") == [[(48, 48), (12, 12), (90, 90)]]
    (msu,) = counted("msu-mfsd", "grandtest")
    assert (msu[0][0] + msu[1][0], msu[0][1] + msu[1][1], msu[2]) == (30, 90, (40, 120))


def test_replay_attacks_kinds_are_its_file_names() -> None:
    tested = {}
    for name in ("print", "mobile", "highdef", "digitalphoto", "photo", "video"):
        fold = SETS["replay-attack"].protocols[name].folds[0]
        tested[name] = set(rows_of_fold(everything(), fold)["pai"].drop_nulls())
    assert tested["photo"] - tested["digitalphoto"] == tested["print"] == {"print-photo"}
    assert tested["photo"] & tested["video"] == set()
    assert tested["mobile"] | tested["highdef"] == tested["digitalphoto"] | tested["video"]


def test_counts_of_the_cross_tests() -> None:
    assert counted("casia-replay", "casia-to-replay") == [[(48, 144), (12, 36), (80, 400)]]
    assert counted("casia-replay", "replay-to-casia") == [[(60, 300), (60, 300), (90, 270)]]
    for protocol, test in {"1": (120, 480), "2": (360, 720), "3": (60, 240), "4": (20, 40)}.items():
        folds = counted("siw-oulu", protocol)
        assert folds == [[(636, 1504), (78, 198), test]] * (6 if protocol in "34" else 1)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        (
            "ocim-ssdg",
            {"C": (150, 450), "I": (140, 700), "M": (70, 210), "O": (720, 2880)},
        ),
        (
            "ocim-all",
            {"C": (150, 450), "I": (200, 1000), "M": (70, 210), "O": (990, 3960)},
        ),
    ],
)
def test_domains_of_the_two_ocim_camps(name: str, sizes: dict[str, tuple[int, int]]) -> None:
    for protocol in SETS[name].protocols:
        sources, target = protocol.split("-")
        (found,) = counted(name, protocol)
        assert found[2] == sizes[target]
        trained = tuple(sum(sizes[s][c] for s in sources) for c in (0, 1))
        if name == "ocim-all":  # there dev is a part of the same
            found[0] = (found[0][0] + found[1][0], found[0][1] + found[1][1])
        assert found[0] == trained


def test_ocim_without_dev_takes_its_threshold_from_the_sources_dev_parts() -> None:
    dev = {n: counted("ocim-ssdg", n)[0][1] for n in SETS["ocim-ssdg"].protocols}
    assert dev["OCI-M"] == (270 + 60, 1080 + 300)
    assert dev["ICM-O"] == dev["MI-C"] == (60, 300)
    assert dev["OCM-I"] == (270, 1080)


def test_siw_m_leaves_each_kind_out_once() -> None:
    folds = SETS["siw-m"].protocols["leave-one-out"].folds
    seen = {}
    for fold in folds:
        chosen = rows_of_fold(everything(), fold)
        (kind,) = set(chosen.filter(pl.col("split") == "test")["pai"].drop_nulls())
        known = chosen.filter(pl.col("split") != "test")
        assert kind not in set(known["pai"])
        assert known["pai"].drop_nulls().n_unique() == 12
        seen[kind] = counts(chosen)[2]
    assert seen == {kind: (132, number) for kind, number in SIW_M.items()}


def test_celebas_unseen_media_are_of_the_three_kinds_it_knows() -> None:
    fold = SETS["celeba-spoof"].protocols["unseen-medium"].folds[0]
    chosen = rows_of_fold(everything(), fold)
    unseen = set(chosen.filter(pl.col("split") == "test")["pai"].drop_nulls())
    known = set(chosen.filter(pl.col("split") != "test")["pai"].drop_nulls())
    assert len(unseen) == 3
    assert unseen | known == set(CELEBA) - {"mask-3d"}


def test_a_person_in_train_and_test_is_refused() -> None:
    rows = manifest("casia-mfsd").with_columns(
        subject=pl.col("subject").replace("casia-mfsd/test/3", "casia-mfsd/train/3")
    )
    fold = SETS["casia-mfsd"].protocols["overall"].folds[0]
    with pytest.raises(InputError, match=r"1 subject.*train and in test.*train/3"):
        rows_of_fold(rows, fold)
