from __future__ import annotations

import statistics
from collections import Counter

import numpy as np
import pytest

from spoofcue.figures import choice
from spoofcue.figures.scored_faces import ScoredFace, ScoredFaces
from spoofcue.metrics.columns import Categories


def median_faces(faces: list[ScoredFace], per_kind: int) -> dict[str, list[ScoredFace]]:
    return choice.median_faces(ScoredFaces.of(faces), per_kind)


def balanced(groups: list[str], most: int) -> list[int]:
    return choice.balanced(Categories.of(groups), most)


def crowd(people: int = 7, each: int = 5) -> list[ScoredFace]:
    rng = np.random.default_rng(0)
    return [
        ScoredFace(f"{kind}/{person}/{i}", float(rng.random()), kind, f"p{person}")
        for kind in ("replay", "live", "print")
        for person in range(people)
        for i in range(each)
    ]


def test_each_chosen_face_is_the_median_of_its_person_and_people_are_spread() -> None:
    faces = crowd()
    chosen = median_faces(faces, 3)
    assert list(chosen) == ["live", "print", "replay"]
    for kind, picked in chosen.items():
        assert [f.subject for f in picked] == ["p0", "p3", "p6"]
        for face in picked:
            own = [f.score for f in faces if (f.kind, f.subject) == (kind, face.subject)]
            assert face.score == statistics.median_low(own)


def test_the_choice_does_not_depend_on_the_order_of_the_file() -> None:
    faces = crowd()
    shuffled = [faces[i] for i in np.random.default_rng(1).permutation(len(faces))]
    assert median_faces(shuffled, 2) == median_faces(faces, 2)


def test_few_people_give_several_faces_next_to_the_median_and_no_face_twice() -> None:
    faces = [ScoredFace(str(i), float(i), "print", "one") for i in range(5)]
    assert [f.score for f in median_faces(faces, 3)["print"]] == [2, 1, 3]
    assert len({f.crop for f in median_faces(faces, 9)["print"]}) == 5
    two = [*faces, ScoredFace("x", 9.0, "print", "two")]
    assert [f.subject for f in median_faces(two, 4)["print"]] == ["one", "two", "one", "one"]


@pytest.mark.parametrize("own", range(1, 7))
def test_a_persons_faces_come_by_their_distance_from_the_median(own: int) -> None:
    faces = [ScoredFace(str(i), float(i), "print", "one") for i in range(own)]
    middle = (own - 1) // 2
    nearest = sorted(range(own), key=lambda i: (abs(i - middle), i))
    assert [f.score for f in median_faces(faces, 9)["print"]] == nearest


@pytest.mark.parametrize("most", [2, 10, 31, 60, 100])
def test_a_subsample_is_half_live_and_equal_in_species(most: int) -> None:
    groups = ["live"] * 60 + ["print"] * 50 + ["replay"] * 40 + ["mask"] * 3
    chosen = balanced(groups, most)
    assert chosen == sorted(set(chosen)) == balanced(groups, most)
    counts = Counter(groups[i] for i in chosen)
    assert sum(counts.values()) == most
    assert counts["live"] == most // 2
    species = [counts[k] for k in ("print", "replay")]
    assert max(species) - min(species) <= 1 + max(0, most // 2 - 43 - species[1])
    assert counts["mask"] == min(3, (most - most // 2) // 3)


def test_what_a_small_group_leaves_goes_to_the_others_and_all_fit_when_few() -> None:
    groups = ["live"] * 3 + ["print"] * 30
    assert Counter(groups[i] for i in balanced(groups, 20)) == {"live": 3, "print": 17}
    assert balanced(groups, 1000) == list(range(33))
