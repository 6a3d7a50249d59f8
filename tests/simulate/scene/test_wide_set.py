from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.simulate.sample_set import SetOptions, write_rendered_set

OPTIONS = SetOptions(
    pais=("replay-any",),
    devices=("cam-1",),
    sessions=("session-1",),
    takes=1,
    framing=(2.0, 3.0),
)


def test_a_wide_set_tells_its_scenes_and_is_not_mixed_with_another(tmp_path: Path) -> None:
    summary = write_rendered_set(tmp_path, identities=3, options=OPTIONS, workers=1)
    assert summary.images == 6
    lines = (tmp_path / "parameters.jsonl").read_text().splitlines()
    for line in map(json.loads, lines):
        parameters = line["parameters"]
        view = parameters["view"]
        assert 1.95 < view["side_px"] / view["face_px"] < 3.05
        assert parameters["scene"]["place"]["room"]
        assert ("medium" in parameters["scene"]) == ("attack" in line["path"])
        if "beside" in parameters:
            assert parameters["beside"] != line["path"].split("/")[0]
    with pytest.raises(InputError, match="--framing"):
        write_rendered_set(
            tmp_path, identities=3, options=replace(OPTIONS, framing=(2.0, 4.0)), workers=1
        )
    with pytest.raises(InputError, match="--framing"):
        write_rendered_set(
            tmp_path, identities=3, options=replace(OPTIONS, framing=None), workers=1
        )


@pytest.mark.parametrize("given", ["wide", "4-2", "1.9-9", "-3"])
def test_a_framing_that_is_none_is_refused_in_one_line(given: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["simulate", "--identities", "3", "--out", str(tmp_path), f"--framing={given}"]
    )
    assert result.exit_code != 0
    assert isinstance(result.exception, InputError)
    assert "1.9-4" in str(result.exception)
    assert not list(tmp_path.iterdir())
