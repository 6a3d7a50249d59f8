"""The dev crops of a run, for proofs and for calibration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.media.crops import has_crop
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.pictures import spread

COLUMNS = ("status", "label", "pai", "video", "media", "subject", "crop")


@dataclass(frozen=True, slots=True)
class DevCrops:
    """Files of face crops, evenly spread over the dev split, with what they show.

    Attributes:
        paths: (N,) crops.
        labels: (N,) 0 live, 1 attack.
        pais: (N,) species, empty for live.
        videos: (N,) frames of one recording share it; empty for a picture.
        subjects: (N,) who is shown; empty if unknown.
        live: how many live recordings the whole split has.
        attack: how many attack recordings.
        people: how many people.

    """

    paths: list[Path]
    labels: list[int]
    pais: list[str]
    videos: list[str]
    subjects: list[str]
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


def dev_crops(run: Path, most: int | None = 600) -> DevCrops | None:
    """The dev split that the run itself was judged on; None where its data is not there.

    Args:
        run: a run folder.
        most: crops, of each class half; None: all.

    """
    record = RunFolder(run).record_if_any()
    if record is None or not PreparedFolder(Path(record.data.root)).is_prepared:
        return None
    root = Path(record.data.root)
    rows = PreparedFolder(root).rows(COLUMNS, ["dev"])
    rows = rows.filter(rows["status"] == "ok")
    paths, labels, pais, videos, subjects = [], [], [], [], []
    recordings = {}
    for label in (0, 1):
        of_class = rows.filter(rows["label"] == label)
        recordings[label] = of_class["video"].fill_null(of_class["media"]).n_unique()
        for i in spread(of_class.height, of_class.height if most is None else most // 2):
            path = root / of_class["crop"][i]
            if has_crop(path):
                paths.append(path)
                labels.append(label)
                pais.append(of_class["pai"][i] or "")
                videos.append(of_class["video"][i] or "")
                subjects.append(of_class["subject"][i] or "")
    if not paths:
        return None
    people = rows["subject"].n_unique()
    return DevCrops(paths, labels, pais, videos, subjects, recordings[0], recordings[1], people)
