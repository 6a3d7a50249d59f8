"""FaceForensics++: 1000 videos, and each as target of five kinds of manipulation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from spoofcue.data.recording import Published, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.places import official_name
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError

NAME = "faceforensics"
KINDS = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")
SUFFIXES = (".mp4",)
QUALITIES = ("c0", "raw", "c23", "c40")
ORIGINAL = re.compile(rf"original_sequences/youtube/({'|'.join(QUALITIES)})/videos/(\d{{3}})\.mp4")
FORGED = re.compile(
    rf"manipulated_sequences/({'|'.join(KINDS)})/({'|'.join(QUALITIES)})/videos/"
    r"(\d{3})_(\d{3})\.mp4"
)
LISTS = {"train": "train.json", "dev": "val.json", "test": "test.json"}
PUBLISHED = {"train": 720, "dev": 140, "test": 140}

Pair = tuple[str, str]


def grammar(tree: Tree) -> Grammar:
    """Both videos of a pair, and all that was made of them, are one subject in one split."""
    official = _official(tree)
    named = [name for name, _ in filter(None, (_place(path) for path in tree.paths))]
    split_of = official or _own(_pairs(named))
    pair_of = {video: pair for pair in split_of for video in pair}
    used = {m[1] for m in map(ORIGINAL.fullmatch, named) if m} | {
        m[2] for m in map(FORGED.fullmatch, named) if m
    }

    def read(path: str) -> Named | None:
        original, forged = ORIGINAL.fullmatch(path), FORGED.fullmatch(path)
        if original:
            quality, target = original.groups()
            pai, pair = None, pair_of.get(target, (target, target))
        elif forged:
            kind, quality, target, source = forged.groups()
            pai, pair = f"forgery-{kind.lower()}", _pair(target, source)
        else:
            return None
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject="-".join(dict.fromkeys(pair)),
            split=split_of.get(pair, ""),
            pai=pai,
            variant=quality,
        )
        return Named(path, entry)

    def missing(present: Mapping[str, Recording]) -> list[str]:
        return sorted(_expected(official, used) - present.keys())

    note = "train.json, val.json and test.json are not there: sorted pairs are cut 72:14:14"
    return Grammar(
        read=read,
        suffixes=SUFFIXES,
        home=re.compile(r"(original_sequences/youtube|manipulated_sequences)/"),
        known=re.compile(
            r"original_sequences/actors/|manipulated_sequences/DeepFakeDetection/|.*/masks/"
        ),
        belongs=lambda named: named.recording.split != "",
        missing=missing,
        published={
            split: Published.of(n * len(used), n * len(used) * len(KINDS))
            for split, n in PUBLISHED.items()
        },
        notes=() if official else (note,),
    )


def _place(path: str) -> tuple[str, object] | None:
    return official_name(path, lambda p: ORIGINAL.fullmatch(p) or FORGED.fullmatch(p), SUFFIXES)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def _pairs(paths: Iterable[str]) -> list[Pair]:
    """All pairs that names tell; an original that is in none is a pair with itself."""
    forged = {_pair(m[3], m[4]) for m in map(FORGED.fullmatch, paths) if m}
    paired = {video for pair in forged for video in pair}
    alone = {m[2] for m in map(ORIGINAL.fullmatch, paths) if m} - paired
    return sorted(forged | {(video, video) for video in alone})


def _own(pairs: list[Pair]) -> dict[Pair, str]:
    """72:14:14 in order, each of dev and test at least one pair where there are three."""
    share = max(round(0.14 * len(pairs)), 1 if len(pairs) >= 3 else 0)
    train = len(pairs) - 2 * share
    return {
        pair: "train" if i < train else "dev" if i < train + share else "test"
        for i, pair in enumerate(pairs)
    }


def _official(tree: Tree) -> dict[Pair, str]:
    """Pair -> split from the three lists; empty unless all are there.

    Raises:
        InputError: a list is not a JSON list of pairs.

    """
    paths = {split: tree.find(name) for split, name in LISTS.items()}
    if None in paths.values():
        return {}
    pairs: dict[Pair, str] = {}
    for split, path in paths.items():
        try:
            for one, other in json.loads(tree.text(path or "") or ""):
                pairs[_pair(str(one), str(other))] = split
        except (ValueError, TypeError) as error:
            raise InputError(f"{path} should be a JSON list of pairs of videos: {error}") from error
    return pairs


def _expected(official: Mapping[Pair, str], qualities: set[str]) -> set[str]:
    """Official paths in the compressions that are there; without pairs, only originals."""
    videos = {v for pair in official for v in pair} or {f"{n:03d}" for n in range(1000)}
    originals = {
        f"original_sequences/youtube/{q}/videos/{v}.mp4" for q in qualities for v in videos
    }
    forged = {
        f"manipulated_sequences/{kind}/{q}/videos/{target}_{source}.mp4"
        for kind in KINDS
        for q in qualities
        for pair in official
        for target, source in (pair, pair[::-1])
    }
    return originals | forged


DATASET = Dataset(
    name=NAME,
    title="FaceForensics++",
    licence="Technical University of Munich, FaceForensics terms of use",
    layout=(
        "original_sequences/youtube/c23/videos/000.mp4, "
        "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4, train.json, val.json, test.json"
    ),
    subjects=None,
    published={s: Published.of(n, n * len(KINDS)) for s, n in PUBLISHED.items()},
    grammar=grammar,
)
