"""Makes the models that ship, from the CC0 portraits and rendered people to packages and figures.

    python recipes/pretrained.py PORTRAITS OUT --weights mobilenet_v2-b0353104.pth [--real DIR]

PORTRAITS: `spoofcue fetch portraits`, or a folder with one photo a person. --weights: the public
ImageNet file; without it the training downloads it. --real: folders with live/ and attack/ in
each, to look at transfer only; nothing is trained, chosen or set on them. A step that is done is
not done again. About an hour on two cores.

Train, dev and test hold different people. The thresholds come from dev as poor cameras and
messengers would show it (`degraded`), at a stated APCER; the figures from test, as it is and
degraded alike.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from PIL import Image

from spoofcue.data.join import join_prepared
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.prepared_folder import SUMMARY
from spoofcue.media.image import read_image
from spoofcue.package.read import read_package
from spoofcue.patches.augment import degraded

DRAWN = ("--devices", "cam-any", "--sessions", "session-any")
INSTRUMENTS = ("--pai", "print-any,replay-any,mask-any")
TARGET = "apcer=0.3"
# how often each kind of damage happens in the degraded copies
OFTEN = 0.5
# ten times the preset's: near to the difference of the class means, which carries over best
LITE = ("loss.ridge=2", "training.images_per_epoch=4800")
# area: as it was when the figures in docs/pretrained.md were measured
FULL = (
    *("augment.flip=0.5", "input.max_side=384", "optimiser.decay_every_steps=60"),
    "input.shrink=area",
    *("training.images_per_epoch=3072", "training.epochs=12", "training.dev_every_epochs=3"),
)
CARDS = Path(__file__).with_name("cards")


def spoofcue(*arguments: str | Path) -> None:
    words = [str(a) for a in arguments]
    print("+ spoofcue", *words, flush=True)
    main = "from spoofcue.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", main, *words], check=True)


def prepared(name: str, out: Path, *source: str | Path) -> Path:
    """Simulate, and cut the faces out."""
    raw, done = out / name, out / f"{name}_prep"
    if not (raw / "done").is_file():
        spoofcue("simulate", *source, "--out", raw, *DRAWN, *INSTRUMENTS)
        (raw / "done").touch()
    if not (done / SUMMARY).is_file():
        spoofcue("prepare", "folder", raw, "--out", done, "--crop-format", "jpeg")
    return done


def degraded_copy(source: Path, out: Path, splits: tuple[str, ...], seed: int = 0) -> Path:
    """The crops of ``splits`` as poor cameras and messengers leave them, whatever their class."""
    if (out / SUMMARY).is_file():
        return out
    rows = read_manifest(source)
    rows = rows.filter((rows["status"] == "ok") & rows["split"].is_in(splits))
    # nothing is promised of attacks that are not learned from, so they set no threshold
    known = rows["pai"].is_null() | rows["pai"].str.contains("^(print|replay)")
    rows = rows.filter((rows["split"] != "dev") | known)
    names = [f"crops/{k:06}.png" for k in range(len(rows))]
    (out / "crops").mkdir(parents=True, exist_ok=True)
    sizes = []
    for k, (crop, name) in enumerate(zip(rows["crop"], names, strict=True)):
        image = degraded(read_image(source / crop), OFTEN, np.random.default_rng([seed, k]))
        Image.fromarray(image).save(out / name)
        sizes.append(image.shape[:2])
    high, wide = (
        pl.Series([size[k] for size in sizes], dtype=rows["crop_w"].dtype) for k in (0, 1)
    )
    write_manifest(rows.with_columns(crop=pl.Series(names), crop_h=high, crop_w=wide), out)
    shutil.copy(source / SUMMARY, out / SUMMARY)
    return out


def train(run: Path, data: Path, preset: str, *more: str) -> None:
    if not (run / "checkpoints" / "best.ckpt").is_file():
        options = [word for setting in more for word in ("--set", setting)]
        spoofcue("train", "--data", data, "--out", run, "--preset", preset, *options)


def calibrated(run: Path, out: Path, poor: Path) -> Path:
    """Exported, with the threshold that lets TARGET of the degraded dev attacks pass."""
    made, plain = out / f"{run.name}-calibrated.spoofcue", out / f"{run.name}-plain.spoofcue"
    if not made.is_file():
        spoofcue("export", run, "--to", "onnx", "--out", plain)
        scores = out / f"{run.name}-dev"
        spoofcue("evaluate", plain, "--data", poor, "--out", scores)
        words = ("--scores", scores / "dev.csv", "--target", TARGET)
        told = ("--protocol", "held-out people, drawn cameras, degraded")
        spoofcue("model", "calibrate", plain, *words, *told, "--out", made)
    return made


def real_entries(package: Path, real: Path, record: Path) -> list[dict[str, Any]]:
    """What benchmarks/transfer.py finds, as entries of a model card."""
    script = Path(__file__).parent.parent / "benchmarks" / "transfer.py"
    words = [sys.executable, script, real, f"made={package}", "--json", record]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    found = json.loads(record.read_text())["contenders"]["made"]
    entries = []
    for name, rates in found["default_threshold"]["by_set"].items():
        if not found["auc"]["by_set"][name]:
            continue
        entry = {"set": f"real recaptures {name} (development)", "level": "frame"}
        entry |= {"n_live": rates["bpcer"]["answered"], "n_attack": rates["apcer"]["answered"]}
        entry |= {measure: found[measure]["by_set"][name] for measure in ("auc", "eer")}
        entry["bpcer"] = _interval(rates["bpcer"])
        kinds = {k: rate for k, rate in rates["apcer_by_kind"].items() if rate["answered"]}
        entry["apcer"] = {kind: _interval(rate) for kind, rate in kinds.items()}
        entry["note"] = "frames of few people: the true intervals are wider"
        entries.append(entry)
    return entries


def _interval(rate: dict[str, Any]) -> dict[str, float]:
    low, high = rate["ci95"]
    return {"value": rate["rate"], "low": low, "high": high}


def finished(name: str, made: Path, out: Path, folders: dict[str, Path], real: Path | None) -> None:
    """The package with its card: figures of test people at its own threshold."""
    threshold = read_package(made).spec.threshold.value
    figures: list[str] = []
    for title, folder in folders.items():
        to = out / f"{name}-{folder.name}"
        words = ("--data", folder, "--threshold", str(threshold), "--bootstrap", "500")
        spoofcue("evaluate", made, *words, "--out", to)
        figures += ["--evaluation", f"{title}={to / 'metrics.json'}"]
    card = yaml.safe_load(CARDS.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    if real:
        card["evaluation"] = real_entries(made, real, out / f"{name}-real.json")
    text = out / f"{name}-card.yaml"
    text.write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    spoofcue("model", "card", made, "--with", text, *figures, "--out", out / f"{name}.spoofcue")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("portraits", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", default="imagenet")
    parser.add_argument("--real", type=Path)
    given = parser.parse_args()
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    portraits = prepared("portraits", out, given.portraits, "--takes", "10")
    rendered = prepared("rendered", out, "--identities", "100", "--takes", "6")
    data = out / "set"
    if not (data / SUMMARY).is_file():
        join_prepared({"portraits": portraits, "rendered": rendered}, data)
    poor = degraded_copy(data, out / "poor", ("dev", "test"))
    weights = f"model.weights={given.weights}"
    train(out / "lite", data, "lite", weights, *LITE)
    train(out / "full", data, "small", *FULL)
    folders = {"simulated, test people": data, "simulated and degraded, test people": poor}
    for name in ("lite", "full"):
        made = calibrated(out / name, out, poor)
        finished(name, made, out, folders, given.real)


if __name__ == "__main__":
    main()
