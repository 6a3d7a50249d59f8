from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spoofcue.errors import InputError
from spoofcue.metrics.csv_scores import CsvMarks, csv_marks
from spoofcue.metrics.score_files import FORMATS, ScoreFormat, read_scores, write_scores
from spoofcue.metrics.scores import NonResponses, ScoreSet

SCORES = ScoreSet.of(
    [0.1, 0.30000000000000004, -2e-7, 1e300],
    [0, 1, 1, 0],
    ["", "print/1", "video_replay/2", ""],
    ["live.mov", "a/b.mov", "", ""],
    ["1", "2", "", "3"],
    lost=NonResponses.of([0, 1], ["", "print/1"], ["lost.mov", ""], ["1", "2"]),
)


def test_score_files_count_non_responses_and_name_faults(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "score,label,pai,extra\n0.1,0,,x\n,0,,\n0.9,attack,print,y\n,1,print,\n,spoof,mask,\n"
    )
    scores = read_scores(path)
    assert scores.score.tolist() == [0.1, 0.9]
    assert (scores.lost.live, scores.lost.attack) == (1, 2)
    for text, told in (
        ("score\n1\n", r"lacks \['label'\]"),
        ("score,label\nx,0\n", "line 2, column score: 'x'"),
        ("score,label\n1,2\n", "line 2: label '2'"),
        ("score,label\n0.1,0\nnan,1\n", "line 3, column score: 'nan' is no finite number"),
        ("score,label\n-inf,1\n", "line 2, column score: '-inf'"),
        ("score,label\n1e999,1\n", "line 2, column score: '1e999'"),
        ("score,label\n1_0,1\n", "line 2, column score: '1_0'"),
        ("score,label,Score\n1,1,2\n", "line 1: two columns are named score"),
        ("score,label,pai\n1,1,p\n1,0\n", "line 3: 2 fields under 3 names"),
        ("score,label,pai\n1,1,a,b\n", "line 2: 4 fields under 3 names"),
        ('score,label,pai\n1,1,"a\n2,1,b\n', "line 2: that is no row"),
        ("score,label,pai\n1,1,a\0\n", "line 2: a zero byte"),
        ("score,label\n", "no score"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=told):
            read_scores(path)


def test_the_rows_of_one_split_are_taken_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("score,label,split,model\n0.1,0,dev,m\n0.9,1,dev,m\n0.5,0,test,\n0.6,1,,\n")
    assert read_scores(path, split="dev").score.tolist() == [0.1, 0.9]
    assert csv_marks(path) == CsvMarks(["dev", "test"], ["m"])
    with pytest.raises(InputError, match="no score"):
        read_scores(path, split="val")
    path.write_text("a a x 0.1\na b x 0.2\n")
    with pytest.raises(InputError, match="no split"):
        read_scores(path, split="dev")


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_back_what_was_written(kind: ScoreFormat, tmp_path: Path) -> None:
    path = tmp_path / "scores"
    path.write_text("an older file")
    write_scores(SCORES, path, kind)
    assert list(tmp_path.iterdir()) == [path]
    for found in (read_scores(path), read_scores(path, kind)):
        assert found.score.tolist() == SCORES.score.tolist()
        for name in ("pais", "videos", "subjects"):
            for rows, wanted in ((found, SCORES), (found.lost, SCORES.lost)):
                assert getattr(rows, name).text.tolist() == getattr(wanted, name).text.tolist()
        assert found.label.tolist() == SCORES.label.tolist()
        assert found.lost.label.tolist() == SCORES.lost.label.tolist()


def test_bobs_columns_and_sign(tmp_path: Path) -> None:
    path = tmp_path / "scores-dev"
    write_scores(SCORES, path, "bob4")
    assert path.read_text().splitlines() == [
        "1 1 live.mov -0.1",
        "2 print/1 a/b.mov -0.30000000000000004",
        "- video_replay/2 - 2e-07",
        "3 3 - -1e+300",
        "1 1 lost.mov nan",
        "2 print/1 - nan",
    ]
    write_scores(SCORES, path, "bob5")
    assert path.read_text().splitlines()[1] == "2 2 print/1 a/b.mov -0.30000000000000004"


def test_a_file_as_bob_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "scores-eval"
    path.write_text(
        "# comment\n\n001 001 real/001_1 0.9\n001\tprint/1\tattack/001_2\t-1.5\n"
        "002 002 real/002_1 NaN\n"
    )
    scores = read_scores(path)
    assert scores.score.tolist() == [-0.9, 1.5]  # theirs is higher for bona fide
    assert scores.pai.tolist() == ["", "print/1"]
    assert scores.subject.tolist() == ["001", "001"]
    assert scores.video.tolist() == ["real/001_1", "attack/001_2"]
    assert (scores.lost.live, scores.lost.attack) == (1, 0)


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("1 1 a 0.5\n1 1 a 0.5 0.5\n", None, "line 2: 5 columns where bob4 has 4"),
        ("1 1 a 0.5\n1 1 a x\n", None, "line 2: score 'x'"),
        ("1 1 a nan\n", None, "no score"),
        ("1 1 a inf\n", None, "line 1: score 'inf' is no finite"),
        ("1 1 a 0.5\n", "bob5", "line 1: 4 columns where bob5 has 5"),
        ("1 1 a\n", None, "lacks"),
        ("", None, "lacks"),
    ],
)
def test_faulty_files_are_refused_by_line(
    text: str, kind: ScoreFormat | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "s"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        read_scores(path, kind)


@pytest.mark.parametrize(
    ("pai", "video", "subject", "told"),
    [
        ("my print", "v", "1", "pai 'my print'"),
        ("print", "-", "1", "video '-'"),
        ("print", "v", "#1", "subject '#1'"),
        ("print", "v", "print", "both|is a subject and a PAI species"),
    ],
)
def test_names_that_bob_cannot_hold_are_refused(
    pai: str, video: str, subject: str, told: str, tmp_path: Path
) -> None:
    scores = ScoreSet.of([0.5], [1], [pai], [video], [subject])
    with pytest.raises(InputError, match=told):
        write_scores(scores, tmp_path / "s", "bob4")
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_scores(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="cannot write"):
        write_scores(SCORES, tmp_path / "no" / "folder.csv", "csv")
    (tmp_path / "binary").write_bytes(np.arange(256, dtype=np.uint8).tobytes())
    with pytest.raises(InputError, match="line 1: that is no UTF-8"):
        read_scores(tmp_path / "binary")
