"""The model card of a package: its facts in words."""

from __future__ import annotations

from spoofcue.package.schema import PackageSpec


def model_card(spec: PackageSpec) -> str:
    """README.md of a package, Markdown; says nothing that ``spoofcue.json`` does not."""
    t = spec.threshold
    known = [
        f"{what} {value}"
        for what, value in (
            ("data:", t.data),
            ("protocol:", t.protocol),
            ("live attempts:", t.live),
            ("attacks:", t.attack),
            ("people:", t.people),
        )
        if value is not None
    ]
    promised = {
        None: "",
        True: " There were attempts enough to promise the target (rule of three).",
        False: " There were too few attempts to promise the target (rule of three).",
    }[t.supported]
    parity = (
        f"Scores differ from the checkpoint's in PyTorch by {spec.parity.mean:.1e} in the mean and "
        f"{spec.parity.max:.1e} at most ({spec.parity.n} {spec.parity.on}, "
        f"{spec.parity.runtime})."
        if spec.parity
        else "Not compared with the checkpoint."
    )
    metrics = "\n".join(f"| {name} | {value} |" for name, value in spec.metrics.items())
    return f"""# {spec.name}

Face presentation attack detector of method {spec.method} for `spoofcue`: one face crop to a spoof
cue map and a score in 0..1; a higher score means more likely an attack.

| fact | value |
| --- | --- |
| weights | {spec.format}, {spec.precision} |
| faces | found by {spec.detector}, crop margin {spec.margin:g}, {spec.min_face_px} px or more |
| input | {spec.input.scoring}, size {spec.input.size} |
| normalisation | (x - {spec.input.mean:g}) / {spec.input.std:g} |
| preset | {spec.training.preset} |
| written by | spoofcue {spec.spoofcue}, commit {spec.commit or "unknown"}, {spec.created} |

## Threshold

Attack if score > {t.value:.6g}: {t.rule} ({t.source}).{promised} {"; ".join(known)}

## Measured

{parity}

| metric | value |
| --- | --- |
{metrics or "| none stored | |"}

## Limits

The threshold holds for cameras, people and attacks like those it was set on. Measure on your own
before any use, and set your own threshold (`Detector.calibrate`). Not a proof of liveness by
itself.
"""
