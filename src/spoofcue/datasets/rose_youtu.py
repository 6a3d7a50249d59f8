"""Rose-Youtu: videos named ``L_S_D_x_E_p_N.mp4``, wherever they lie."""

from __future__ import annotations

import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

NAME = "rose-youtu"
PAI = {
    "G": None,
    "Ps": "print-still",
    "Pq": "print-quivering",
    "Vl": "replay-lenovo",
    "Vm": "replay-mac",
    "Mc": "mask-cut",
    "Mf": "mask-full",
    "Mu": "mask-upper",
    "Ml": "mask-lower",
}
PEOPLE = {"train": (*range(2, 8), 9, 10), "dev": (11, 12), "test": tuple(range(13, 24))}
SPLIT = {person: split for split, people in PEOPLE.items() for person in people}
VIDEO = re.compile(
    rf"(?:.*/)?(({'|'.join(PAI)})_(T|NT)_(HS|HW|IP|5s|ZTE)_(g|wg)_([A-Za-z0-9]+)_(\d+)_\d+\.mp4)"
)


def grammar(tree: Tree) -> Grammar:
    """The person's number gives the split."""

    def read(path: str) -> Named | None:
        match = VIDEO.fullmatch(path)
        if match is None:
            return None
        name, kind, talking, device, glasses, background, person = match.groups()
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=str(int(person)),
            split=SPLIT.get(int(person), "train"),
            pai=PAI[kind],
            session=background,
            device=device,
            variant=f"{talking}-{glasses}",
        )
        return Named(name, entry)

    return Grammar(
        read=read,
        suffixes=(".mp4",),
        home=re.compile(r".*\.mp4$", re.IGNORECASE),
        belongs=lambda n: int(n.recording.subject.rsplit("/", 1)[1]) in SPLIT,
        # 21 numbers are in the known lists, 20 people were published: the counts must tell.
        missing=lambda _: [],
    )


DATASET = Dataset(
    name=NAME,
    title="Rose-Youtu",
    licence="Nanyang Technological University, ROSE Lab, release agreement",
    layout="videos named as G_NT_5s_g_E_2_1.mp4, in any folders",
    subjects=20,
    published={
        "train": Published(None, None, 1389),
        "dev": Published(None, None, 359),
        "test": Published(None, None, 1749),
    },
    grammar=grammar,
)
