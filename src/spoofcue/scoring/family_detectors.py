"""Linear detectors of families of attacks on a frozen network's features, and their alignment.

`spoofcue.cue.light.families` trains such detectors inside a network; here they are a package's,
apart from the graph, so that a camera's profile can turn them without the network knowing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, PackageError

Doubles = NDArray[np.float64]
# a place's own evidence is many times noisier than that of the whole face and only shades the map;
# MIDDLE deviations from live are drawn as half of the brightest
STEEP, SHADE, MIDDLE = 1.8, 0.25, 2.2
# px of the network's input between two places of the features
STRIDE = 16
# A camera's own spread counts as its pictures, the spread of the fit as PRIOR pictures.
PRIOR = 30
# of the fit's live mean, which a camera's own mean is drawn towards, in pictures
PRIOR_MEAN = 1
# part of each channel's live variance that is added before directions are weighed by it, so that
# none in which some few pictures happen to agree counts for ever so much
RIDGE = 0.3


@dataclass(frozen=True, slots=True)
class LiveFeatures:
    """Mean and spread of some live faces' features.

    Attributes:
        pictures: how many faces.
        mean: (C,).
        covariance: (C, C), about their own mean, divided by their number.

    """

    pictures: int
    mean: Doubles
    covariance: Doubles

    @classmethod
    def of(cls, features: Doubles) -> LiveFeatures:
        """Of (N, C) features, N >= 1."""
        mean = features.mean(axis=0)
        away = features - mean
        return cls(len(features), mean, away.T @ away / len(features))

    def without(self, one: Doubles) -> LiveFeatures:
        """Of all these faces but one, (C,) features; as :meth:`of` the others, to rounding."""
        n = self.pictures
        mean = (n * self.mean - one) / (n - 1)
        away = one - self.mean
        # Welford's update, backwards
        covariance = (n * self.covariance - np.outer(away, one - mean)) / (n - 1)
        return LiveFeatures(n - 1, mean, covariance)


@dataclass(frozen=True, slots=True)
class FamilyDetectors:
    """K detectors of C features, and the live faces that they were fitted on.

    Attributes:
        weight: (K, C).
        offset: (K,).
        live: of the fit.

    """

    weight: Doubles
    offset: Doubles
    live: LiveFeatures

    @classmethod
    def read(cls, data: bytes, families: int, channels: int, where: str) -> FamilyDetectors:
        """From the content of a ``.safetensors`` file.

        Raises:
            PackageError: ``contents``: tensors are missing, of other shapes or no numbers.

        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        wanted = {
            "weight": (families, channels),
            "offset": (families,),
            "live_mean": (channels,),
            "live_covariance": (channels, channels),
        }
        try:
            tensors = load(data)
        except (SafetensorError, KeyError, ValueError) as error:
            raise PackageError(f"{where}: {error}", reason="contents") from error
        for name, shape in wanted.items():
            if name not in tensors or tensors[name].shape != shape:
                raise PackageError(f"{where}: it lacks {name} of shape {shape}.", reason="contents")
            if tensors[name].dtype.kind != "f" or not np.isfinite(tensors[name]).all():
                raise PackageError(f"{where}: {name} holds what is no number.", reason="contents")
        given = {name: tensors[name].astype(np.float64) for name in wanted}
        live = LiveFeatures(0, given["live_mean"], given["live_covariance"])
        return cls(given["weight"], given["offset"], live)

    def content(self) -> bytes:
        """Of the ``.safetensors`` file, float32."""
        from safetensors.numpy import save

        tensors = {
            "weight": self.weight,
            "offset": self.offset,
            "live_mean": self.live.mean,
            "live_covariance": self.live.covariance,
        }
        return save({k: np.ascontiguousarray(v, np.float32) for k, v in tensors.items()})

    def evidence(self, features: Doubles) -> Doubles:
        """(N, C) features -> (N,) the strongest detector's evidence, in deviations of live."""
        # row by row: the same to the last digit whatever else is in the batch
        return np.array([(self.weight @ one + self.offset).max() for one in features])

    def aligned(self, own: LiveFeatures) -> FamilyDetectors:
        """The detectors turned to a camera, by its own live faces.

        With S the fit's live covariance, D = RIDGE diag(S) and S' the camera's covariance, drawn
        towards S as PRIOR pictures would, ``w' = (S' + D)^-1 (S + D) w``: directions in which this
        camera's live faces vary more than those of the fit count less, others more. The evidence is
        then counted from the camera's live mean in deviations of S'. Without pictures nothing
        changes.
        """
        n, live = own.pictures, self.live
        spread = (PRIOR * live.covariance + n * own.covariance) / (PRIOR + n)
        mean = (PRIOR_MEAN * live.mean + n * own.mean) / (PRIOR_MEAN + n)
        ridge = np.diag(RIDGE * np.diag(live.covariance))
        turned = np.linalg.solve(spread + ridge, (live.covariance + ridge) @ self.weight.T).T
        before = np.sqrt(np.einsum("kc,cd,kd->k", self.weight, live.covariance, self.weight))
        after = np.sqrt(np.einsum("kc,cd,kd->k", turned, spread, turned))
        # where a live face of the fit stood for each detector, it stands after
        centre = self.weight @ live.mean + self.offset
        weight = turned * (before / after)[:, None]
        return FamilyDetectors(weight, centre - weight @ mean, live)

    def cue(self, places: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cue map of one face.

        Args:
            places: (C, h, w) features.

        Returns:
            (3, STRIDE h, STRIDE w) float32 in 0..1, alike in all channels: the logistic function of
            the strongest detector's evidence, of the face and shaded by that of each place, less
            MIDDLE.

        """
        import cv2

        channels, height, width = places.shape
        flat = places.reshape(channels, -1).astype(np.float64)
        at = self.weight @ flat
        face = at.mean(axis=1, keepdims=True)
        away = face + self.offset[:, None] - MIDDLE
        level = np.clip((STEEP * away + SHADE * (at - face)).max(axis=0), -30, 30)
        small = (1 / (1 + np.exp(-level))).reshape(height, width).astype(np.float32)
        size = (STRIDE * width, STRIDE * height)
        large = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))
        return np.broadcast_to(np.clip(large, 0, 1), (3, *large.shape))


def checked_places(output: NDArray[np.floating], batch: int, channels: int) -> NDArray[np.float32]:
    """A graph's output as (B, C, h, w) features.

    Raises:
        InputError: it has another shape.

    """
    if output.ndim != 4 or output.shape[:2] != (batch, channels):
        raise InputError(
            f"the graph gives {output.shape}, not ({batch}, {channels}, height, width) features."
        )
    return np.asarray(output, np.float32)
