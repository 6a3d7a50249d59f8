"""The datasets that papers report on: official folders to recordings."""

from spoofcue.datasets import (
    casia_mfsd,
    celeba_spoof,
    faceforensics,
    lcc_fasd,
    msu_mfsd,
    nuaa,
    oulu_npu,
    replay_attack,
    rose_youtu,
    siw,
    siw_m,
)
from spoofcue.datasets.definition import Dataset

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        oulu_npu.DATASET,
        siw.DATASET,
        casia_mfsd.DATASET,
        replay_attack.DATASET,
        msu_mfsd.DATASET,
        siw_m.DATASET,
        siw_m.DATASET_V2,
        rose_youtu.DATASET,
        celeba_spoof.DATASET,
        lcc_fasd.DATASET,
        nuaa.DATASET,
        faceforensics.DATASET,
    )
}
