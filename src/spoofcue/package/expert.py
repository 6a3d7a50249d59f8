"""One expert of a package: its graph, what it looks at, and what its output says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from spoofcue.config import InputSettings, RunSettings
from spoofcue.faces.crop import Crop
from spoofcue.package.fields import Finite, Fraction, Line, Strict

WeightFormat = Literal["onnx", "openvino", "safetensors"]
Precision = Literal["fp32", "bf16", "fp16", "int8"]
# the files of each format, in the order in which a runtime takes them; `export` calls them model
SUFFIXES: dict[str, tuple[str, ...]] = {
    "onnx": (".onnx",),
    "openvino": (".xml", ".bin"),
    "safetensors": (".safetensors",),
}
# No name leads anywhere but to a file at the package's top.
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}\.(onnx|xml|bin|safetensors)$")]


def weight_names(weight_format: str, stem: str = "model") -> tuple[str, ...]:
    """Names of the files of such weights."""
    return tuple(stem + suffix for suffix in SUFFIXES[weight_format])


# no sum of float32 evidence overflows
LARGEST = 1e6


class WeightFile(Strict):
    """One file of weights."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(gt=0, description="bytes")


class Calibration(Strict):
    """Log-odds of an attack from raw evidence: ``slope * raw + offset``, within ``limit``.

    Attributes:
        slope: of the raw evidence.
        offset: log-odds of raw evidence 0.
        limit: log-odds beyond it, on either side of 0, count as this; None: no limit. A network
            that is always certain would otherwise outvote all others.

    """

    slope: Finite = Field(1.0, gt=0, le=LARGEST)
    offset: Finite = Field(0.0, ge=-LARGEST, le=LARGEST)
    limit: Finite | None = Field(None, gt=0, le=LARGEST)


class Expert(Strict):
    """What all experts have.

    Attributes:
        name: as evidence is called by.
        files: its weights.
        crop: what it looks at.
        least_inside: an expert of which less lies in the frame, as a part of what its crop wants,
            has no evidence.
        calibration: None: the package's only expert, whose raw evidence is the score.
        weight: of its log-odds in the sum.

    """

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$")
    files: dict[FileName, WeightFile]
    crop: Crop
    least_inside: Fraction = 0.0
    calibration: Calibration | None = None
    weight: Finite = Field(1.0, gt=0, le=LARGEST)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Its files, in the order in which a runtime takes them."""
        return tuple(sorted(self.files, reverse=True))  # .xml before .bin

    def _check_files(self, weight_format: str) -> None:
        suffixes = sorted(f".{name.rpartition('.')[2]}" for name in self.files)
        if suffixes != sorted(SUFFIXES[weight_format]) or len(self._stems) != 1:
            wanted = " and ".join(weight_names(weight_format, "NAME"))
            raise ValueError(
                f"format {weight_format} has the files {wanted}, as "
                f"{' and '.join(weight_names(weight_format))}"
            )

    @property
    def _stems(self) -> set[str]:
        return {name.rpartition(".")[0] for name in self.files}


class CueExpert(Expert):
    """A network of ours; its raw evidence is the mean magnitude of its cue map, 0..1 (Eq. 10)."""

    kind: Literal["cue_map"] = "cue_map"
    method: Literal["lgsc"] = "lgsc"
    format: WeightFormat
    precision: Precision
    input: InputSettings
    training: RunSettings

    @model_validator(mode="after")
    def _agree(self) -> CueExpert:
        self._check_files(self.format)
        if self.precision == "bf16" and self.format == "onnx":
            raise ValueError("ONNX Runtime computes no bf16; bf16 is for openvino and safetensors")
        if self.precision not in ("fp32", "bf16") and self.format == "safetensors":
            raise ValueError("the format safetensors is fp32 or bf16")
        return self


class FamilyExpert(Expert):
    """A frozen network's features and a linear detector for each family of attacks.

    With x the features' mean over the places of a face, detector k has ``z_k = w_k . x + b_k`` in
    deviations of the live faces that it was fitted on; the raw evidence is the largest of them. The
    detectors and the live features' mean and covariance are in the ``.safetensors`` file, see
    :mod:`spoofcue.scoring.family_detectors`. A cue map is made of the evidence of each place.
    """

    kind: Literal["families"] = "families"
    calibration: Calibration = Calibration()
    format: Literal["onnx"] = "onnx"
    precision: Literal["fp32", "fp16"] = "fp32"
    input: InputSettings
    families: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    channels: int = Field(ge=1, le=4096, description="of the features")

    @property
    def detectors_file(self) -> str:
        """Of its files the one with the detectors."""
        return next(name for name in self.files if name.endswith(".safetensors"))

    @property
    def graph_file(self) -> str:
        """Of its files the one with the network."""
        return next(name for name in self.files if name.endswith(".onnx"))

    @model_validator(mode="after")
    def _agree(self) -> FamilyExpert:
        if sorted(name.rpartition(".")[2] for name in self.files) != ["onnx", "safetensors"]:
            raise ValueError("kind families has two files, NAME.onnx and NAME.safetensors")
        if self.input.scoring != "resize":
            raise ValueError("kind families takes a face in one piece: input.scoring is resize")
        return self


Three = tuple[Finite, Finite, Finite]


class ImageInput(Strict):
    """How a crop becomes the input of a graph: resized, then ``(values - mean) / std``.

    Attributes:
        tensor: name of the graph's input.
        layout: ``nchw`` (1, 3, height, width) or ``nhwc`` (1, height, width, 3), float32.
        height: px.
        width: px.
        colour: order of the channels, also of ``mean`` and ``std``.
        values: range of the values before ``mean`` and ``std``.
        mean: of each channel.
        std: of each channel.
        interpolation: of the resizing; pixel centres at half pixels.

    """

    tensor: Line
    layout: Literal["nchw", "nhwc"] = "nchw"
    height: int = Field(ge=1, le=2048)
    width: int = Field(ge=1, le=2048)
    colour: Literal["rgb", "bgr"] = "rgb"
    values: Literal["0..255", "0..1"] = "0..1"
    mean: Three = (0.0, 0.0, 0.0)
    std: Three = (1.0, 1.0, 1.0)
    interpolation: Literal["linear", "area", "cubic", "nearest"] = "linear"

    @field_validator("std")
    @classmethod
    def _divides(cls, std: Three) -> Three:
        if min(std) <= 0:
            raise ValueError("a divisor must be above 0")
        return std

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of one image."""
        if self.layout == "nchw":
            return 1, 3, self.height, self.width
        return 1, self.height, self.width, 3


class ClassOutput(Strict):
    """Which number of a graph's output says what.

    Attributes:
        tensor: name of the graph's output.
        classes: how many numbers it gives for an image.
        index: of the number that is meant.
        means: what a high value of that number says; all other classes are the other thing.

    """

    tensor: Line
    classes: int = Field(ge=1, le=1000)
    index: int = Field(ge=0)
    means: Literal["live", "attack"]

    @model_validator(mode="after")
    def _one_of_them(self) -> ClassOutput:
        if self.index >= self.classes:
            raise ValueError(f"index {self.index} of {self.classes} classes, counted from 0")
        return self


class ClassExpert(Expert):
    """A classifier; its raw evidence is the log-odds of an attack by its own output.

    ``logits`` become probabilities by softmax, a single one by the logistic function.
    """

    kind: Literal["logits", "probabilities"]
    calibration: Calibration = Calibration()
    format: Literal["onnx"] = "onnx"
    precision: Literal["fp32"] = "fp32"
    input: ImageInput
    output: ClassOutput

    @model_validator(mode="after")
    def _agree(self) -> ClassExpert:
        self._check_files(self.format)
        return self


AnyExpert = CueExpert | FamilyExpert | ClassExpert
