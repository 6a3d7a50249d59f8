"""Each adapter against the published counts, on the names alone of a set of full size."""

from __future__ import annotations

from collections import Counter

import pytest

from helpers.known import oulu_npu, replay_attack, siw
from helpers.known.faceforensics import forensics
from helpers.known_dataset import Known, full, known_datasets
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, count, parse
from spoofcue.datasets.tree import Tree


@pytest.mark.parametrize(
    "known", [k for k in known_datasets().values() if k.whole], ids=lambda k: k.name
)
def test_a_whole_set_has_the_published_counts_and_no_problem(known: Known) -> None:
    counts = known.published if "all" in known.published else {"dev": (0, 0)} | known.published
    found = full(known.name)
    have = count(found.recordings)
    for split, number in counts.items():
        live_and_attack = (have[split].live, have[split].attack)
        assert number == (have[split].total if isinstance(number, int) else live_and_attack), split
    assert found.problems == []


def test_species_of_oulu_and_siw() -> None:
    def species(name: str) -> Counter[str | None]:
        return Counter(r.pai for r in full(name).recordings if r.split == "test")

    assert species("oulu-npu") == {
        None: 360,
        **dict.fromkeys(("print-1", "print-2", "replay-1", "replay-2"), 360),
    }
    siw_ = species("siw")
    assert [siw_[f"replay-{i}"] for i in range(1, 5)] == [300, 296, 294, 250]
    assert siw_["print-1"] + siw_["print-2"] == 314


def test_who_is_in_which_split() -> None:
    def people(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for r in full(name).recordings:
            found.setdefault(r.split or "", set()).add(r.subject.removeprefix(f"{name}/"))
        return found

    train = "02 03 05 06 07 08 09 11 12 21 22 34 53 54 55"
    test = "01 13 14 23 24 26 28 29 30 32 33 35 36 37 39 42 48 49 50 51"
    assert people("msu-mfsd") == {"train": set(train.split()), "test": set(test.split())}
    assert people("siw") == {s.lower(): set(ids.split()) for s, ids in siw.SIW_IDS.items()}
    assert people("rose-youtu") == {
        "train": {"2", "3", "4", "5", "6", "7", "9", "10"},
        "dev": {"11", "12"},
        "test": {str(n) for n in range(13, 24)},
    }


def test_rose_youtu_has_its_number_of_videos_in_each_split() -> None:
    found = full("rose-youtu")
    totals = {split: p.total for split, p in count(found.recordings).items()}
    assert totals == {"train": 1389, "dev": 359, "test": 1749, "all": 3497}
    assert found.problems == []


@pytest.mark.parametrize("qualities", [("c23",), ("c23", "c40")])
@pytest.mark.parametrize("with_lists", [True, False])
def test_forensics_in_each_compression(qualities: tuple[str, ...], with_lists: bool) -> None:
    names, lists = forensics(qualities)
    lists = lists if with_lists else {}
    found = parse(DATASETS["faceforensics"], Tree.listed([*names, *lists], lists))
    have, n = count(found.recordings), len(qualities)
    got = {split: (have[split].live, have[split].attack) for split in ("train", "dev", "test")}
    assert got == {
        "train": (720 * n, 3600 * n),
        "dev": (140 * n, 700 * n),
        "test": (140 * n, 700 * n),
    }
    assert found.problems == []


def test_what_is_missing_is_named_as_far_as_it_can_be_known() -> None:
    def without(name: str, names: list[str], *gone: str) -> Scan:
        assert set(gone) <= set(names)
        return parse(DATASETS[name], Tree.listed([n for n in names if n not in gone]))

    video = "Train_files/1_1_01_1.avi"
    found = without("oulu-npu", oulu_npu.whole(), video, "Test_files/6_3_55_5.txt")
    assert found.missing == [video, "Test_files/6_3_55_5.txt"]
    assert found.unexpected == ["Train_files/1_1_01_1.txt"]  # a box file without its video
    assert [(p.name, p.detail) for p in found.problems if p.kind == "count"] == [
        ("train live", "359 recordings, published 360")
    ]
    attack = "test/attack/hand/attack_mobile_client030_session01_mobile_video_adverse.mov"
    assert without("replay-attack", replay_attack.whole(), attack).missing == [attack]
    client = [n for n in replay_attack.whole() if "client016" in n]
    assert without("replay-attack", replay_attack.whole(), *client).missing == [
        "devel/: 1 of 15 clients"
    ]
    # SiW: up to ten recordings fewer are within what its sources differ by
    live = [n for n in siw.whole() if n.startswith("Test/live")]
    assert without("siw", siw.whole(), *live[5:14]).problems == []
    told = without("siw", siw.whole(), *live[5:19])
    assert set(live[5:19]) < set(told.missing)
    person = [n for n in siw.whole() if "/101/" in n]
    assert without("siw", siw.whole(), *person).missing == ["Train/live/101/", "Train/spoof/101/"]
