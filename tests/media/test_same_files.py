from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.media.same_files import Side, refuse_shared_files, refuse_two_people


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_is_one_file(tmp_path: Path) -> None:
    a = write(tmp_path / "a/x.png", "same")
    (tmp_path / "link.png").symlink_to(a)
    (tmp_path / "hard.png").hardlink_to(a)
    copy = write(tmp_path / "copy.bmp", "same")
    for other in (tmp_path / "a/../a/x.png", tmp_path / "link.png", tmp_path / "hard.png", copy):
        for mine, its in (
            (Side(a, 0), Side(other, 1)),
            (Side(a, 0, "dev"), Side(other, 0, "test")),
        ):
            with pytest.raises(InputError, match="are the same file") as refused:
                refuse_shared_files([mine, its])
            assert str(a) in str(refused.value)
            assert str(other) in str(refused.value)
        assert refuse_shared_files([Side(a, 0, "dev", "ann"), Side(other, 0, "dev", "ann")]) == []
        (warning,) = refuse_shared_files([Side(a, 0, "dev", "ann"), Side(other, 0, "dev", "ben")])
        assert "ann" in warning
        assert "ben" in warning


def test_what_is_another_file(tmp_path: Path) -> None:
    one, other = write(tmp_path / "1", "abcd"), write(tmp_path / "2", "abce")
    empty = [write(tmp_path / name, "") for name in ("3", "4")]
    sides = [Side(one, 0), Side(other, 1), Side(empty[0], 0), Side(empty[1], 1)]
    assert refuse_shared_files([*sides, Side(tmp_path / "gone", 1)]) == []


def test_a_file_that_changed_is_compared_anew(tmp_path: Path) -> None:
    one, other = write(tmp_path / "1", "abcd"), write(tmp_path / "2", "abce")
    assert refuse_shared_files([Side(one, 0), Side(other, 1)]) == []
    (tmp_path / "2").unlink()
    write(other, "abcd")
    with pytest.raises(InputError):
        refuse_shared_files([Side(one, 0), Side(other, 1)])


def test_one_photo_of_two_people_is_refused(tmp_path: Path) -> None:
    one, other = write(tmp_path / "ann/1", "face"), write(tmp_path / "ben/1", "face")
    refuse_two_people([(one, "ann"), (other, "ann")])
    with pytest.raises(InputError, match="whose photo"):
        refuse_two_people([(one, "ann"), (other, "ben")])
