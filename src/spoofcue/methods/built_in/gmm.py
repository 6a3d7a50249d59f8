"""`gmm`: a one-class Gaussian mixture over an encoder's features of live faces."""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from spoofcue.config import InputSettings, RunSettings, Settings
from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.methods.checkpoint import read_checkpoint
from spoofcue.methods.classical import Arrays, Classical, Fitted, Floats, squashed
from spoofcue.methods.method import ClassicalMethod
from spoofcue.patches.inputs import normalise, scoring_inputs

if TYPE_CHECKING:
    from torch import Tensor

    from spoofcue.cue.encoder import ResNet18Encoder

# Of standardised features. Components of a few dozen faces have features that hardly vary there
# (many are zero after ReLU); unbounded, their variances alone would decide about every new face.
LEAST_VARIANCE = 1e-2


@dataclass(frozen=True, slots=True, eq=False)
class MixtureModel:
    """Gaussians with diagonal covariances in standardised features.

    Attributes:
        mean: (D,) of the live training features.
        scale: (D,) their standard deviation, 1 where a feature is constant.
        weights: (K,) of sum 1.
        means: (K, D) of the components.
        variances: (K, D), > 0.
        typical: negative log-likelihood of the live training faces, their mean, in nats.
        spread: their standard deviation, > 0.

    """

    mean: Floats
    scale: Floats
    weights: Floats
    means: Floats
    variances: Floats
    typical: float
    spread: float


def fit_mixture(live: Floats, components: int, seed: int) -> MixtureModel:
    """Expectation maximisation from k-means, on live faces only.

    Diagonal: a full covariance of 960 features has 461 280 values, more than any live set here.

    Args:
        live: (N, D) features of live faces.
        components: K, at most N.
        seed: of k-means.

    Raises:
        InputError: fewer live faces than components.

    """
    from sklearn.mixture import GaussianMixture
    from sklearn.preprocessing import StandardScaler

    if len(live) < max(components, 2):
        raise InputError(
            f"{components} Gaussians cannot be fitted to {len(live)} live faces of the train "
            f"split; --set gmm.components={max(1, len(live) // 10)}, or prepare more."
        )
    scaler = StandardScaler().fit(live)
    mixture = GaussianMixture(
        components, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=seed
    ).fit(scaler.transform(live))
    model = MixtureModel(
        mean=np.asarray(scaler.mean_, dtype=np.float64),
        scale=np.asarray(scaler.scale_, dtype=np.float64),
        weights=np.asarray(mixture.weights_, dtype=np.float64),
        means=np.asarray(mixture.means_, dtype=np.float64),
        variances=np.asarray(mixture.covariances_, dtype=np.float64),
        typical=0.0,
        spread=1.0,
    )
    surprise = negative_log_likelihood(model, live)
    # Faces that are all alike have no spread; any unit does for them.
    spread = float(surprise.std()) or 1.0
    return replace(model, typical=float(surprise.mean()), spread=spread)


def anomaly_score(model: MixtureModel, features: Floats) -> Floats:
    """Negative log-likelihood squashed into (0, 1), its order kept: 0.5 is a typical live face.

    Counted in deviations of the live training faces, so that scores do not all lie at 1.
    Shapes: (N, D) -> (N,).
    """
    return squashed((negative_log_likelihood(model, features) - model.typical) / model.spread)


def negative_log_likelihood(model: MixtureModel, features: Floats) -> Floats:
    """-log p(standardised features), in nats; any real number, higher = less like a live face.

    Shapes: (N, D) -> (N,).
    """
    standard = (features - model.mean) / model.scale
    constant = standard.shape[1] * math.log(2 * math.pi)
    of_components = np.empty((len(standard), len(model.weights)))
    parts = zip(model.weights, model.means, model.variances, strict=True)
    for k, (weight, mean, variance) in enumerate(parts):
        distance = ((standard - mean) ** 2 / variance).sum(axis=1)
        volume = constant + np.log(variance).sum()
        # A component that lost all its faces has weight 0 and no say.
        log_weight = math.log(weight) if weight > 0 else -math.inf
        of_components[:, k] = log_weight - 0.5 * (distance + volume)
    best = of_components.max(axis=1)
    return -(best + np.log(np.exp(of_components - best[:, None]).sum(axis=1)))


UNTRAINED = (
    "gmm: model.weights is none, so the features are those of an untrained network; give "
    "imagenet or a weights file, or --set gmm.encoder=trained."
)
# Share of the live training faces below the threshold where no dev tells a better one.
LIVE_PASSING = 0.95


class MixtureSettings(Settings):
    """What gmm has of its own."""

    components: int = Field(10, ge=1, description="Number of Gaussians.")
    encoder: Literal["pretrained", "trained"] = Field(
        "pretrained",
        description="Encoder of the features: pretrained takes model.weights, trained is first "
        "trained as method cnn.",
    )


class LiveMixture(Classical):
    """Features of a ResNet-18 and a mixture of live ones; 0.5 is a typical live training face."""

    schema: ClassVar[dict[str, str]] = {
        "mean": "D",
        "scale": "D",
        "weights": "K",
        "means": "KD",
        "variances": "KD",
        "typical": "",
        "spread": "",
    }
    positive: ClassVar[frozenset[str]] = frozenset({"scale", "variances", "spread"})
    live_only: ClassVar[bool] = True
    has_encoder: ClassVar[bool] = True
    precision: ClassVar[str] = "fp32 features, fp64 model"
    _encoder: ResNet18Encoder | None = None

    @property
    def weights(self) -> Arrays:
        """The encoder's."""
        if self._encoder is None:
            return {}
        return {name: w.numpy() for name, w in self._encoder.state_dict().items()}

    @property
    def trained_first(self) -> str | None:
        """``cnn`` with ``gmm.encoder=trained``: its encoder describes the faces."""
        return "cnn" if self.settings.own_as(MixtureSettings).encoder == "trained" else None

    @property
    def doubts(self) -> list[str]:
        """An untrained encoder."""
        untrained = self.trained_first is None and self.settings.model.weights == "none"
        return [UNTRAINED] if untrained else []

    def begin(self, trained: Path | None) -> None:
        """Make the encoder that ``gmm.encoder`` asks for.

        Raises:
            InputError: the weights cannot be had, or are not this encoder's.

        """
        import torch

        from spoofcue.cue.encoder import ResNet18Encoder
        from spoofcue.cue.weights import load_encoder_weights

        settings = self.settings
        if trained is not None:
            self._encoder = encoder_from(encoder_state(trained), settings, str(trained))
            return
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            encoder = ResNet18Encoder(settings.model.encoder_norm, settings.model.width)
        if settings.model.weights == "none":
            warnings.warn(UNTRAINED, stacklevel=2)
        elif (random := load_encoder_weights(encoder, settings.model.weights)) is not None:
            raise InputError(
                f"gmm: {settings.model.weights} holds the {random}, and nothing would train it; "
                "give a whole file, or --set gmm.encoder=trained."
            )
        self._encoder = encoder.eval()

    def describe(self, crops: list[Image]) -> Floats:
        """See :func:`encoder_features`."""
        assert self._encoder is not None
        return encoder_features(self._encoder, crops, self.input)

    def fit(self, features: Floats, label: NDArray[np.int64], people: list[str]) -> Fitted:
        """See :func:`fit_mixture`."""
        components = self.settings.own_as(MixtureSettings).components
        model = fit_mixture(features, components, self.settings.training.seed)
        self.model = {k: np.asarray(v, dtype=np.float64) for k, v in asdict(model).items()}
        passing = float(np.quantile(anomaly_score(model, features), LIVE_PASSING))
        why = f"{LIVE_PASSING:.0%} of the live training faces are below it"
        return Fitted(passing, why)

    def scores(self, features: Floats) -> Floats:
        """See :func:`anomaly_score`."""
        return anomaly_score(mixture_from(self.model), features)

    def seen(self, crop: Image) -> Image:
        """The middle one of the face's inputs."""
        inputs = scoring_inputs(crop, self.input)
        return inputs[len(inputs) // 2]

    def restore(self, model: Arrays, weights: Arrays, source: Path) -> None:
        """Take a stored mixture and its encoder.

        Raises:
            InputError: they do not belong together.

        """
        import torch

        state = {name: torch.from_numpy(w) for name, w in weights.items()}
        self._encoder = encoder_from(state, self.settings, str(source))
        self.model = model
        described = sum(self._encoder.channels[1:])
        if len(model["mean"]) != described:
            raise InputError(
                f"{source}: the mixture has {len(model['mean'])} features, its encoder "
                f"{described}; the file is damaged."
            )


def mixture_from(arrays: Arrays) -> MixtureModel:
    """The mixture of stored arrays."""
    a = dict(arrays)
    typical, spread = float(a.pop("typical")), float(a.pop("spread"))
    return MixtureModel(**a, typical=typical, spread=spread)


def encoder_from(state: dict[str, Tensor], settings: RunSettings, source: str) -> ResNet18Encoder:
    """An encoder with these weights, all of them.

    Raises:
        InputError: a key is missing or of another shape.

    """
    from spoofcue.cue.encoder import ResNet18Encoder

    encoder = ResNet18Encoder(settings.model.encoder_norm, settings.model.width)
    try:
        encoder.load_state_dict(state)
    except RuntimeError as error:
        raise InputError(f"{source} does not hold this encoder's weights: {error}") from error
    return encoder.eval()


def encoder_state(checkpoint: Path) -> dict[str, Tensor]:
    """The encoder's part of a training checkpoint, by the encoder's own names."""
    weights = read_checkpoint(checkpoint)["state_dict"]
    return {k.split("encoder.", 1)[1]: v for k, v in weights.items() if "encoder." in k}


def encoder_features(
    encoder: ResNet18Encoder, crops: list[Image], settings: InputSettings
) -> NDArray[np.float64]:
    """Global averages of E2 to E5, mean over a face's inputs, in one batch.

    Args:
        encoder: in evaluation mode.
        crops: (h, w, 3) uint8 RGB whose inputs have one shape.
        settings: how a crop becomes inputs.

    Returns:
        (N, D); D = 15 widths, 960 for ResNet-18.

    """
    import torch

    inputs = [scoring_inputs(crop, settings) for crop in crops]
    batch = [normalise(i, settings.mean, settings.std) for of_face in inputs for i in of_face]
    with torch.inference_mode():
        maps = encoder(torch.from_numpy(np.stack(batch)))[1:]
        pooled = torch.cat([m.mean((2, 3)) for m in maps], dim=1).double().numpy()
    means: NDArray[np.float64] = pooled.reshape(len(crops), -1, pooled.shape[1]).mean(axis=1)
    return means


METHOD = ClassicalMethod(
    name="gmm",
    seen="live",
    score="negative log-likelihood, squashed",
    settings=MixtureSettings,
    build=LiveMixture,
)
