"""The paper's protocols on a loader of your own: OULU-NPU protocol 3 on made-up frames.

A row is whatever your loader reads: a dictionary or an object with ``label``, ``subject`` and what
the protocol asks for. With the dataset at hand, `spoofcue.datasets.recordings("oulu-npu", ROOT)`
lists such rows.
"""

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from spoofcue.protocols import folds

INSTRUMENTS = (None, "print-1", "print-2", "replay-1", "replay-2")
SPLITS = {"ann": "train", "bob": "train", "cat": "dev", "dan": "test"}
Row = dict[str, object]

rows: list[Row] = [
    {
        "file": f"{person}_{phone}_{session}_{pai or 'live'}.png",
        "dataset": "oulu-npu",
        "split": split,
        "subject": person,
        "device": str(phone),
        "session": str(session),
        "pai": pai,
        "label": int(pai is not None),
    }
    for person, split in SPLITS.items()
    for phone in range(1, 7)
    for session in (1, 2, 3)
    for pai in INSTRUMENTS
]


class YourFaces(Dataset[tuple[Tensor, int]]):
    """Reads one face a row; here it makes noise."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.rand(3, 32, 32), int(str(self.rows[index]["label"]))


for fold in folds("oulu-npu", "3"):
    train, dev, test = fold.select(rows)
    loader = DataLoader(YourFaces(train), batch_size=8, shuffle=True)
    faces, label = next(iter(loader))
    phones = "".join(sorted({str(row["device"]) for row in train}))
    print(
        f"{fold.name}: train {len(train)} of phones {phones}, dev {len(dev)}, test {len(test)}; "
        f"batch {tuple(faces.shape)}"
    )
