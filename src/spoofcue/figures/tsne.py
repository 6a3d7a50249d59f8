"""Pooled features of faces, and their t-SNE as a figure and as an interactive page (Fig. 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.figures.canvas import WIDTH_IN, Drawn, canvas, looks, save
from spoofcue.figures.choice import balanced
from spoofcue.figures.explorer import write_explorer
from spoofcue.figures.run import FigureRun
from spoofcue.figures.scored_faces import ScoredFace
from spoofcue.media.crops import read_crop
from spoofcue.patches.inputs import normalise, scoring_inputs
from spoofcue.plain_text import as_label
from spoofcue.report.plots import ATTACK, LIVE
from spoofcue.scoring.face import FaceScorer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spoofcue.cue.generator import CueOutput

LAYERS = ("E1", "E2", "E3", "E4", "E5", "D1", "D2", "D3", "D4", "D5", "SC")


def as_layer(text: str) -> str:
    """Check a layer that a user typed.

    Raises:
        InputError: there is none of that name.

    """
    if text.upper() in LAYERS:
        return text.upper()
    raise InputError(f"--layer {text}: choose one of {', '.join(LAYERS)} (SC is the cue map).")


def pooled(output: CueOutput, layer: str) -> NDArray[np.float32]:
    """(B, C) float32: the layer's mean over all places (GAP), as the triplet loss has it."""
    if layer == "SC":
        map_ = output.cue
    else:
        maps = output.encoder if layer[0] == "E" else output.decoder
        map_ = maps[int(layer[1]) - 1]
    means: NDArray[np.float32] = map_.float().mean(dim=(2, 3)).cpu().numpy()
    return means


def face_features(
    model: FaceScorer,
    crops: Sequence[Path],
    layer: str,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Features of whole faces; the mean over the patches where a run scores a grid.

    Args:
        model: the detector, in PyTorch.
        crops: files.
        layer: one of LAYERS.
        progress: called with the number of faces done.

    Returns:
        (N, C) float32.

    Raises:
        InputError: the method has no spoof cue generator.

    """
    import torch

    generator: Any = getattr(model, "generator", None)
    if generator is None:
        raise InputError("this method has no spoof cue generator, hence no layers E1..D5.")
    s = model.facts.input
    device = next(generator.parameters()).device
    rows = []
    for number, path in enumerate(crops, start=1):
        inputs = scoring_inputs(read_crop(path), s)
        batch = torch.from_numpy(np.stack([normalise(i, s.mean, s.std) for i in inputs]))
        with torch.inference_mode():
            rows.append(pooled(generator(batch.to(device)), layer).mean(axis=0))
        if progress:
            progress(number)
    return np.stack(rows)


USUAL_PERPLEXITY = 30.0  # van der Maaten and Hinton: 5 to 50
FEWEST = 8


def perplexity_for(count: int, wanted: float | None = None) -> float:
    """30, or what ``count`` points allow: a third of them, as three times as many are looked at.

    Raises:
        InputError: ``wanted`` is out of range for so many points.

    """
    if wanted is None:
        return min(USUAL_PERPLEXITY, max(2.0, (count - 1) / 3))
    if not 1 <= wanted < count:
        raise InputError(f"--perplexity {wanted:g}: it must be from 1 to below the {count} faces.")
    return wanted


class TooFewFacesError(InputError):
    """A picture of so few points would show nothing."""


def embed(features: NDArray[np.float32], perplexity: float, seed: int = 0) -> NDArray[np.float32]:
    """(N, C) features to (N, 2) places, of which only who is near whom has a meaning.

    Raises:
        TooFewFacesError: fewer than FEWEST faces.
        InputError: a feature is not finite.

    """
    from sklearn.manifold import TSNE

    if len(features) < FEWEST:
        raise TooFewFacesError(
            f"t-SNE of {len(features)} faces shows nothing; {FEWEST} are needed."
        )
    if not np.isfinite(features).all():
        raise InputError("a feature is not finite: the network returned no numbers.")
    # scikit-learn starts from principal components, scaled to 1e-4; features that are all alike
    # (a network that collapsed) have none.
    spread = features.std(axis=0).max() > 0
    init = "pca" if spread and features.shape[1] >= 2 else "random"
    places = TSNE(
        n_components=2, perplexity=perplexity, init=init, random_state=seed, n_jobs=1
    ).fit_transform(features)
    return np.asarray(places, np.float32)


def draw_tsne(
    run: FigureRun,
    model: FaceScorer,
    data: Path,
    out: Path,
    *,
    scale: float,
    layer: str = "D4",
    most: int = 1000,
    perplexity: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Drawn:
    """Write tsne_LAYER.png, .svg and .html.

    Args:
        run: evaluated.
        model: its detector, in PyTorch.
        data: prepared folder of the test faces.
        out: folder.
        scale: magnitude of the brightest colour in the page's cue maps.
        layer: E1..E5, D1..D5 or SC.
        most: at most so many faces, half of them live.
        perplexity: of t-SNE; None for one that suits the number of faces.
        progress: called with the number of faces done; each counts twice, its map comes later.

    Raises:
        InputError: too few faces, a perplexity out of range, or a method without these layers.

    """
    if most < 2:
        raise InputError(f"--max-points {most}: give at least 2.")
    every = run.faces
    order = np.lexsort((every.crop_ranks(), every.subject.codes, every.kind.codes))
    faces = every.at(order[balanced(every.kind.rows(order), most)])
    used = perplexity_for(len(faces), perplexity)
    features = face_features(model, [data / f.crop for f in faces], layer, progress)
    places = embed(features, used)
    name = f"tsne_{layer}"
    files = _draw(faces, places, run.kinds, out, name)
    counts = {k: sum(f.kind == k for f in faces) for k in run.kinds}
    caption = (
        f"t-SNE of the {features.shape[1]}-dimensional pooled features (GAP) of layer {layer} of "
        f"{len(faces)} test faces of {run.name}, after Fig. 4 of LGSC: "
        f"{', '.join(f'{n} {k}' for k, n in counts.items())}"
        f"{'' if len(faces) == len(run.faces) else f' (of {len(run.faces)}, evenly spaced)'}. "
        f"Perplexity {used:.3g}, seed 0. Near points have alike features; distances between "
        "groups, their sizes and the axes (each is stretched to fill the panel) have no meaning."
    )
    title = f"Embedding of {'the cue map' if layer == 'SC' else f'layer {layer}'} (t-SNE)"
    page = write_explorer(
        out / f"{name}.html",
        faces,
        places,
        title=title,
        caption=caption,
        model=model,
        data=data,
        scale=scale,
        threshold=run.threshold.value,
        progress=(lambda done: progress(len(faces) + done)) if progress else None,
    )
    facts = {
        "layer": layer, "perplexity": used, "counts": counts, "scale": scale,
        "points": [
            {"crop": f.crop, "x": round(float(x), 4), "y": round(float(y), 4)}
            for f, (x, y) in zip(faces, places, strict=True)
        ],
    }  # fmt: skip
    return Drawn(name, title, caption, False, {**files, "html": page.name}, facts)


def _draw(
    faces: list[ScoredFace], places: NDArray[np.float32], kinds: list[str], out: Path, name: str
) -> dict[str, str]:
    by_class = {"live": (LIVE, "o"), "attack": (ATTACK, "^")}
    classes = np.array(["attack" if f.is_attack else "live" for f in faces])
    species = np.array([f.kind for f in faces])
    # As many names side by side as a panel has room for.
    abreast = max(1, min(5, int(55 / (max(map(len, kinds)) + 3)), len(kinds)))
    legend_rows = -(-len(kinds) // abreast)
    with canvas(WIDTH_IN, 3.3 + 0.16 * legend_rows) as figure:
        left, right = figure.subplots(1, 2)
        bottom = (0.22 + 0.16 * legend_rows) / figure.get_size_inches()[1]
        figure.subplots_adjust(left=0.01, right=0.99, top=0.93, bottom=bottom, wspace=0.03)
        _scatter(left, places, classes, style=by_class, title="by class", abreast=2)
        _scatter(
            right,
            places,
            species,
            style=looks(kinds),
            title="by attack instrument",
            abreast=abreast,
        )
        return save(figure, out, name)


def _scatter(
    axes: Axes,
    places: NDArray[np.float32],
    groups: NDArray[np.str_],
    *,
    style: dict[str, tuple[str, str]],
    title: str,
    abreast: int,
) -> None:
    # Drawn in a shuffled order: else the last group would lie on top of all others.
    order = np.random.default_rng(0).permutation(len(groups))
    size = 13 if len(groups) <= 400 else 8
    for at in order:
        colour, marker = style[str(groups[at])]
        axes.scatter(
            places[at, 0],
            places[at, 1],
            s=size,
            color=colour,
            marker=marker,
            alpha=0.8,
            lw=0.25,
            ec="white",
        )
    for name, (colour, marker) in style.items():
        axes.scatter([], [], s=16, color=colour, marker=marker, label=as_label(name))
    axes.set(xticks=[], yticks=[])
    axes.set_title(as_label(title), fontsize=8, loc="left", pad=4)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#cccccc")
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=abreast, frameon=False,
        handletextpad=0.1, columnspacing=1.1, borderpad=0.2,
    )  # fmt: skip
