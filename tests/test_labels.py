from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.labels import (
    ATTACK,
    ATTACK_WORDS,
    LIVE,
    LIVE_WORDS,
    SPECIES_WORDS,
    canonical,
    class_of_folders,
    class_of_label,
    class_of_word,
    labels_of,
    same_to_the_eye,
    speaks_of_attacks,
)


@pytest.mark.parametrize(
    ("path", "label", "species", "subject", "split"),
    [
        ("client/001/real", LIVE, None, "001", None),
        ("client/001/attack/print", ATTACK, "print", "001", None),
        ("video/p1/live", LIVE, None, "p1", None),
        ("video/p1/attack/replay", ATTACK, "replay", "p1", None),
        ("train/ann/LIVE", LIVE, None, "ann", "train"),
        ("ann/Bona Fide ", LIVE, None, "ann", None),
        ("devel/spoof/print-a/ann", ATTACK, "print-a", "ann", "dev"),
        ("attack/ann/print", ATTACK, "print", "ann", None),
        ("attack/ann", ATTACK, None, "ann", None),
        ("ann/attack/Hologram", ATTACK, "hologram", "ann", None),
        ("ann/attack/live_photo", ATTACK, "live_photo", "ann", None),
        ("attack/print/ann/attack/replay", ATTACK, "replay", "print", None),
        ("ann/session1/live", LIVE, None, "ann", None),
        ("replay-attack/ann/real", LIVE, None, "replay-attack", None),
    ],
)
def test_what_folders_say(
    path: str, label: int, species: str | None, subject: str, split: str | None
) -> None:
    says = labels_of(path.split("/"))
    assert (says.label, says.species, says.split) == (label, species, split)
    if not path.startswith("attack/print/ann/attack"):
        assert says.subject == subject


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", "no folder"),
        ("ann", "no folder"),
        ("0/ann", "no folder"),
        ("1/ann", "no folder"),
        ("ann/print", "no folder"),
        ("imposter/ann", "no folder"),
        ("liveness/ann", "no folder"),
        ("live/ann/attack", "live and attack contradict"),
        ("attack/ann/live", "attack and live contradict"),
        ("live/attack/ann/live", "attack and live contradict"),
        ("live/attack_x", "attack_x speaks of attacks"),
        ("live/ann/PrintAttack2", "PrintAttack2 speaks of attacks"),
        ("live/print", "print speaks of attacks"),
        ("train/ann/live/test", "two splits"),
        ("attack/ann/session1", "species is not clear"),
    ],
)
def test_what_is_not_clear_is_no_label(path: str, fault: str) -> None:
    says = labels_of(path.split("/"))
    assert says.label is None
    assert fault in says.fault


def test_a_given_class_stands_above_the_folders() -> None:
    assert class_of_folders(["ann", "1"], LIVE).below == ("ann", "1")
    assert class_of_folders(["ann", "live"], LIVE).label == LIVE
    assert class_of_folders(["ann", "attack"], LIVE).fault == "the folder attack holds attacks"
    assert class_of_folders(["ann", "real"], ATTACK).fault == "the folder real holds live faces"
    assert class_of_folders(["attack_2"], LIVE).label is None


def test_what_a_table_may_call_a_class() -> None:
    assert [class_of_label(t) for t in (" 1 ", "0", "Attack", "REAL", "2", "", "-1", "client")] == [
        1,
        0,
        1,
        0,
        None,
        None,
        None,
        None,
    ]


def test_what_speaks_of_attacks() -> None:
    assert all(map(speaks_of_attacks, ("attack1", "my_spoof", "Fake-3", "print a4", "replay")))
    assert not any(map(speaks_of_attacks, ("blueprint", "ann", "attacker", "photo", "mask", "3")))


def test_names_that_only_look_alike() -> None:
    assert same_to_the_eye(["print", "PRINT", " print", "replay", "print"]) == [
        (" print", "PRINT", "print")
    ]
    composed = unicodedata.normalize("NFC", "é")
    assert same_to_the_eye([composed, unicodedata.normalize("NFD", composed)]) != []


NAMES = st.one_of(
    st.sampled_from([*LIVE_WORDS, *ATTACK_WORDS, *SPECIES_WORDS, "client", "ann", "train", "x_1"]),
    st.text(max_size=6),
)


@given(st.lists(NAMES, max_size=6))
def test_the_nearest_class_word_decides_and_no_other_is_on_the_path(folders: list[str]) -> None:
    says = labels_of(folders)
    classes = [c for c in map(class_of_word, folders) if c is not None]
    if says.label is None:
        assert says.fault
        return
    assert set(classes) == {says.label}
    assert says.species is None or says.label == ATTACK
    if says.label == LIVE:
        after = len(folders) - folders[::-1].index(
            [f for f in folders if class_of_word(f) == 0][-1]
        )
        assert not any(map(speaks_of_attacks, folders[after:]))


@given(st.lists(NAMES, max_size=5), st.sampled_from(["upper", "lower", "title"]))
def test_case_blanks_and_forms_of_letters_say_nothing(folders: list[str], case: str) -> None:
    spelled = [f"  {getattr(unicodedata.normalize('NFD', f), case)()} " for f in folders]
    if [canonical(f) for f in spelled] == [canonical(f) for f in folders]:
        one, other = class_of_folders(folders), class_of_folders(spelled)
        # a capital inside a name parts words, so only the clear ones compare
        if not any(map(speaks_of_attacks, folders)) and not any(map(speaks_of_attacks, spelled)):
            assert one.label == other.label


@given(st.lists(NAMES, max_size=5))
def test_a_folder_of_attacks_is_never_given_as_live(folders: list[str]) -> None:
    if any(class_of_word(f) == ATTACK or speaks_of_attacks(f) for f in folders):
        word = class_of_folders(folders, LIVE)
        nearest = max((i for i, f in enumerate(folders) if class_of_word(f) == LIVE), default=-1)
        if any(class_of_word(f) == ATTACK for f in folders) or any(
            map(speaks_of_attacks, folders[nearest + 1 :])
        ):
            assert word.label is None
