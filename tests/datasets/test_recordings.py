"""What a researcher's loop over a dataset's folder gets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from helpers.known_dataset import make_miniature
from spoofcue.datasets import DATASETS, recordings
from spoofcue.errors import InputError


def test_recordings_by_name_and_by_definition(tmp_path: Path) -> None:
    root = make_miniature("replay-attack", tmp_path)
    found = recordings("replay-attack", str(root))
    assert found == recordings(DATASETS["replay-attack"], root)
    assert all(one.path.is_file() and one.dataset == "replay-attack" for one in found)
    folders = Counter("real" if "real" in one.media else "attack" for one in found)
    assert Counter("attack" if one.label else "real" for one in found) == folders


def test_a_wrong_name_or_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset 'replay'; there are folder, "):
        recordings("replay", tmp_path)
    with pytest.raises(InputError, match="holds no recording of OULU-NPU"):
        recordings("oulu-npu", tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        recordings("folder", tmp_path / "none")
