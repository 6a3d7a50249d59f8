"""The dev crops of a run, for proofs and for calibration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.data.manifest import MANIFEST_NAME, read_manifest
from spoofcue.scoring.scale import spread


@dataclass(frozen=True, slots=True)
class DevCrops:
    """Files of face crops, evenly spread over the dev split, with what they show.

    Attributes:
        paths: (N,) crops.
        labels: (N,) 0 live, 1 attack.
        pais: (N,) species, empty for live.
        live: how many live recordings the whole split has.
        attack: how many attack recordings.
        people: how many people.

    """

    paths: list[Path]
    labels: list[int]
    pais: list[str]
    live: int
    attack: int
    people: int

    @property
    def has_both_classes(self) -> bool:
        """Whether error rates can be told."""
        return len(set(self.labels)) == 2

    def some(self, most: int) -> list[Path]:
        """At most ``most`` of the files, evenly spread."""
        return [self.paths[i] for i in spread(len(self.paths), most)]


def run_record(run: Path) -> dict[str, Any]:
    """run.json; empty where there is none."""
    path = run / "run.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return record


def dev_crops(run: Path, most: int = 600) -> DevCrops | None:
    """The dev split that the run itself was judged on; None where its data is not there.

    Args:
        run: a run folder.
        most: crops, of each class half.

    """
    root = run_record(run).get("data", {}).get("root")
    if not root or not (Path(root) / MANIFEST_NAME).is_file():
        return None
    rows = read_manifest(Path(root))
    rows = rows.filter((rows["split"] == "dev") & (rows["status"] == "ok"))
    paths, labels, pais = [], [], []
    recordings = {}
    for label in (0, 1):
        of_class = rows.filter(rows["label"] == label)
        recordings[label] = of_class["video"].fill_null(of_class["media"]).n_unique()
        for i in spread(of_class.height, most // 2):
            path = Path(root) / of_class["crop"][i]
            if path.is_file():
                paths.append(path)
                labels.append(label)
                pais.append(of_class["pai"][i] or "")
    if not paths:
        return None
    people = rows["subject"].n_unique()
    return DevCrops(paths, labels, pais, recordings[0], recordings[1], people)
