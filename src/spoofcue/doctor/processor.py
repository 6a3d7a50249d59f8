"""The processor: cores, threads, number formats, and a GPU where torch knows one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

from spoofcue.doctor.check import Check
from spoofcue.processes import usable_cores
from spoofcue.training.machine import cpu_quota, look_at_cores, processor_name
from spoofcue.training.threads import SPARE

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "MKL_NUM_THREADS")


def check_processor() -> Iterator[Check]:
    """Its name and cores, how busy they are, and what was said about threads."""
    yield _cores()
    said = {name: os.environ[name] for name in THREAD_VARIABLES if os.environ.get(name)}
    words = ", ".join(f"{name}={value}" for name, value in said.items())
    yield Check(
        "processor", "threads", words or "as many as each runtime chooses", facts={"said": said}
    )
    if find_spec("torch") is not None:
        yield _torch()


def _cores() -> Check:
    usable, quota = usable_cores(), cpu_quota()
    words = f"{processor_name()}, {usable} usable core{'s' * (usable != 1)}"
    facts = {"name": processor_name(), "cores": usable, "quota": quota}
    if quota is not None and quota < usable:
        words += f", limited to {quota:g} by the container"
    if find_spec("psutil") is None:
        return Check("processor", "cores", words, facts=facts)
    busy = look_at_cores().busy
    facts["busy"] = round(busy, 2)
    if busy > SPARE:
        return Check(
            "processor",
            "cores",
            f"{words}, {busy:.1f} of them busy with other programs",
            "note",
            "Times below are those of a busy machine; threads that wait for each other are slow "
            "on it: OMP_NUM_THREADS=1.",
            facts,
        )
    return Check("processor", "cores", words, facts=facts)


def _torch() -> Check:
    import torch

    gpus = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
    words = f"torch {torch.__version__}, {torch.get_num_threads()} threads, "
    words += ", ".join(gpus) if gpus else "no GPU: training takes the processor"
    return Check(
        "processor",
        "torch",
        words,
        facts={
            "version": str(torch.__version__),
            "gpus": gpus,
            "capability": torch.backends.cpu.get_cpu_capability(),
        },
    )
