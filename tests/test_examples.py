"""The scripts in ``examples/`` run as they are, and what they print is so."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parent.parent / "examples"


def output_of(name: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []  # nothing is left behind
    return done.stdout


def test_every_script_is_tested_here() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    # a cluster of Ray takes longer to start than all of them to run
    scripts = {script.name for script in EXAMPLES.glob("*.py")} - {"ray_train.py"}
    assert all(f'"{script}"' in tested for script in scripts)


def test_our_losses_on_another_network(tmp_path: Path) -> None:
    text = output_of("own_network.py", tmp_path)
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", text)]
    assert len(losses) == 4
    # before any step nothing is known: Eq. 8 is 5 ln 2 for a logit of 0, the margin of Eq. 7 is 0.5
    assert losses[0] == pytest.approx(5 * np.log(2), abs=0.6)
    assert losses[-1] < losses[0] - 0.5
    live, attack = map(float, re.findall(r"mean score live ([\d.]+), attack ([\d.]+)", text)[0])
    assert live < 0.02 < 0.2 < attack < 1
    assert "attacks that score above a live face: 1.000" in text


def test_our_protocols_on_another_loader(tmp_path: Path) -> None:
    lines = output_of("own_loader.py", tmp_path).splitlines()
    assert len(lines) == 6
    for phone, line in enumerate(lines, start=1):
        others = "123456".replace(str(phone), "")
        # people x phones x sessions x (live and four instruments)
        counts = f"train {2 * 5 * 3 * 5} of phones {others}, dev {1 * 5 * 3 * 5}, test {1 * 3 * 5}"
        assert line == f"phone-{phone}: {counts}; batch (8, 3, 32, 32)"


def scores_in(text: str) -> dict[str, float]:
    return {name: float(score) for name, score in re.findall(r"^(\S+\.png): ([\d.]+)$", text, re.M)}


def test_lgsc_in_plain_pytorch(tmp_path: Path) -> None:
    text = output_of("train_lgsc.py", tmp_path)
    scores = scores_in(text)
    live = [score for name, score in scores.items() if name.startswith("live/")]
    attack = [score for name, score in scores.items() if name.startswith("attack/")]
    assert len(live) == len(attack) == 3
    assert max(live) < min(attack)
    shown = re.findall(r"[\d.]+", text.splitlines()[-1])
    assert [float(n) for n in shown] == pytest.approx(
        [12, np.mean(live), np.mean(attack)], abs=1e-3
    )


def test_lgsc_on_a_folder_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    for name in ("ann/live/a.png", "bob/live/b.png", "ann/attack/c.png", "bob/attack/mask/d.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (70, 90, 3), dtype=np.uint8)).save(path)
    script = runpy.run_path(str(EXAMPLES / "train_lgsc.py"))
    monkeypatch.setitem(script["main"].__globals__, "STEPS", 1)
    script["main"](tmp_path)
    text = capsys.readouterr().out
    assert set(scores_in(text)) == {"ann/live/a.png", "ann/attack/c.png"}
    assert "2 pictures trained on" in text


def test_our_measures_on_other_scores(tmp_path: Path) -> None:
    lines = output_of("own_scores.py", tmp_path).splitlines()
    assert lines[0].endswith("eer on dev")
    passed = {k: int(n) / 60 for k, n in re.findall(r"APCER (\w+): (\d+) of 60", "\n".join(lines))}
    found = {k: float(v) for k, v in re.findall(r"^(\w+) ([\d.]+) \(", "\n".join(lines), re.M)}
    assert found["apcer_max"] == pytest.approx(max(passed.values()), abs=1e-4)
    assert found["acer"] == pytest.approx((found["apcer_max"] + found["bpcer"]) / 2, abs=1e-4)
    pooled = sum(passed.values()) / 2
    assert found["hter"] == pytest.approx((pooled + found["bpcer"]) / 2, abs=1e-4)
    assert lines[-1] == f"again {found['acer']:.4f} {found['auc']:.4f}"
