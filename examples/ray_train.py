"""`spoofcue train` as a job of Ray Train: one process a worker, on whatever machines Ray has.

python examples/ray_train.py DATA RUN [WORKERS]   after: pip install 'ray[train]' 'spoofcue[train]'

DATA and RUN lie on a file system that all machines see. Given again after a kill it goes on from
the last checkpoint of RUN.
"""

import sys
from pathlib import Path

import ray
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

import spoofcue


def train(job: dict[str, str]) -> None:
    """In each worker: Ray has told it its place, as torchrun would have."""
    run = Path(job["run"])
    resume = (run / "checkpoints" / "last.ckpt").is_file()
    settings = None if resume else {"model.weights": job["weights"]}
    spoofcue.train(job["data"], run, settings=settings, resume=resume, tell=print)


if __name__ == "__main__":
    data, run = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    workers = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    ray.init()
    trainer = TorchTrainer(
        train,
        train_loop_config={"data": data, "run": run, "weights": "imagenet"},
        scaling_config=ScalingConfig(num_workers=workers, use_gpu="GPU" in ray.cluster_resources()),
        run_config=RunConfig(storage_path=str(Path(run).parent / "ray")),
    )
    trainer.fit()
