"""Simulated face crops a second on one core, beside the camera step alone.

    python benchmarks/simulator_speed.py [--seconds 4]
    python benchmarks/simulator_speed.py --wide

Every figure is of 224 x 224 px crops with fresh parameters each time; the baseline, the same
camera without any medium (a live sample), is timed in turns with the instruments.
"""

from __future__ import annotations

import argparse
import time

import cv2
import numpy as np

from spoofcue.simulate import camera
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import draw_circumstances
from spoofcue.simulate.recapture import live_radiance, render_attack, render_live
from spoofcue.simulate.samples import Sample, frames, framing_of

VIEW = View(224, 160.0, (0.5, 0.5), 0.0)


def main(seconds: float) -> None:
    cv2.setNumThreads(1)
    known = built_in()
    person = RenderedPerson("benchmark", 0)
    live, stolen = person.live("session-1", 0), person.stolen(0)
    wearer = RenderedPerson("wearer", 0).live("session-1", 0)
    devices = [known.devices[f"cam-{k}"] for k in range(1, 7)]

    def case(name: str, k: int) -> None:
        rng = np.random.default_rng(k)
        device = devices[k % 6]
        now = draw_circumstances(VIEW, known.sessions["session-1"], rng)
        if name == "camera alone":
            radiance, white = radiances
            camera.photograph(radiance, device, now.shot, illuminant=white, rng=rng)
        elif name == "live":
            render_live(live, device, now, rng)
        else:
            pai = known.instruments[name]
            how = pai.present(rng, framed=0.35)
            worn = wearer if pai.worn else None
            render_attack(stolen, pai, device=device, now=now, how=how, rng=rng, wearer=worn)

    now = draw_circumstances(VIEW, known.sessions["session-1"], np.random.default_rng(0))
    radiances = live_radiance(live, now)
    names = ["camera alone", "live", *known.instruments]
    spent = dict.fromkeys(names, 0.0)
    for name in names:
        case(name, 0)  # tables are made once
    rounds = 0
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds * len(names):
        rounds += 1
        for name in names:
            start = time.perf_counter()
            case(name, rounds)
            spent[name] += time.perf_counter() - start
    base = spent["camera alone"] / rounds
    print(f"224 x 224 px crops, one core, {rounds} each")
    for name in names:
        each = spent[name] / rounds
        print(f"{name:14} {1 / each:6.1f} a second   {each / base:5.2f} x the camera alone")
    for family in ("print", "replay", "mask", "partial"):
        members = [n for n, pai in known.instruments.items() if pai.family == family]
        each = sum(spent[n] for n in members) / rounds / len(members)
        print(f"all {family:10} {1 / each:6.1f} a second   {each / base:5.2f} x the camera alone")


def wide_frames(takes: int = 16) -> None:
    """CPU seconds a picture of drawn cameras at three framings, and the mean area of sensor."""
    cv2.setNumThreads(1)
    person, mate = RenderedPerson("benchmark", 0), RenderedPerson("mate", 0)
    spans: tuple[tuple[float, float] | None, ...] = (None, (1.9, 4.0), (4.0, 4.0))
    for pai in ("", "print-any", "replay-any"):
        for span in spans:
            stolen = [person.stolen(take % 4, wide=span is not None) for take in range(takes)]
            spent, area = 0.0, 0.0
            for take in range(takes):
                sample = Sample("benchmark", pai, "session-any", "cam-any", take)
                shown = stolen[take] if pai else person.live("session-any", take)
                drawn = frames(sample, person, framing_of(span), 0, portrait=shown, beside=mate)
                start = time.process_time()
                picture = next(drawn)
                spent += time.process_time() - start
                area += picture.image.shape[0] * picture.image.shape[1]
            name = "1.9, portrait alone" if span is None else f"{span[0]:g}-{span[1]:g}"
            each = f"{spent / takes:6.3f} s   {takes / spent:5.1f} a second"
            print(f"{pai or 'live':12} {name:20} {each}   {area / takes / 1e6:.2f} Mpx")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="for each case")
    parser.add_argument("--wide", action="store_true", help="time wide frames instead")
    given = parser.parse_args()
    if given.wide:
        wide_frames()
    else:
        main(given.seconds)
