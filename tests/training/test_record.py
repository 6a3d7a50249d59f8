from __future__ import annotations

import json
from pathlib import Path

from helpers import tiny_run
from spoofcue.config import RunSettings
from spoofcue.data.manifest import read_manifest
from spoofcue.training.record import run_record


def test_a_run_tells_the_protocol_of_its_data(tmp_path: Path) -> None:
    data = tiny_run.prepare(tmp_path / "data", people=1, takes=1)

    def told() -> object:
        record = run_record(
            *(tmp_path / "run", data, read_manifest(data), RunSettings()),
            parameters=1,
            warnings=[],
            training={},
            packages=["numpy"],
            commit=None,
        )
        return record["data"]["protocol"]

    assert told() is None
    (data / "prepare.json").write_text(json.dumps({"protocol": "siw 1"}))
    assert told() == "siw 1"
