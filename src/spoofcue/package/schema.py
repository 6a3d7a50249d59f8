"""What ``spoofcue.json`` of a model package says, version 1."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import Field, JsonValue, ValidationError, model_validator

from spoofcue.config import InputSettings, RunSettings, as_stored
from spoofcue.errors import PackageError
from spoofcue.package.card_schema import CardSection
from spoofcue.package.strict import Count, Finite, Strict

SCHEMA_VERSION: Final = 1
SPEC_FILE = "spoofcue.json"
CARD_FILE = "README.md"

WeightFormat = Literal["onnx", "openvino", "safetensors"]
Precision = Literal["fp32", "bf16", "fp16", "int8"]
# Names are fixed, so that no package can name a file anywhere else.
WEIGHT_FILES: dict[str, tuple[str, ...]] = {
    "onnx": ("model.onnx",),
    "openvino": ("model.xml", "model.bin"),
    "safetensors": ("model.safetensors",),
}


class WeightFile(Strict):
    """One file of weights."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(gt=0, description="bytes")


class ThresholdFacts(Strict):
    """A score above ``value`` is an attack; the rest says where the value comes from.

    None is "not known". ``supported`` tells whether there were attempts enough to promise the
    target (rule of three); None where no rate is promised.
    """

    value: Finite = Field(ge=0, le=1)
    rule: str
    source: str = Field(description="in words, as in reports")
    data: str | None = Field(None, description="name of the prepared folder or score file")
    protocol: str | None = None
    target: float | None = Field(None, ge=0, le=1, description="the rate that is promised")
    live: Count | None = None
    attack: Count | None = None
    people: Count | None = None
    supported: bool | None = None


class Parity(Strict):
    """How far the packaged weights' scores are from the checkpoint's in PyTorch."""

    on: Literal["dev crops", "generated inputs"]
    n: int = Field(ge=1)
    mean: Finite = Field(ge=0, description="mean absolute difference of scores")
    max: Finite = Field(ge=0)
    runtime: str


class PackageSpec(Strict):
    """The whole of ``spoofcue.json``."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    method: Literal["lgsc"] = "lgsc"
    format: WeightFormat
    precision: Precision
    files: dict[str, WeightFile]
    input: InputSettings
    margin: Finite = Field(ge=0, le=5, description="of the face crops")
    detector: Literal["dlib", "yunet", "none"]
    min_face_px: int = Field(ge=1)
    threshold: ThresholdFacts
    training: RunSettings
    scores_as: list[str] = Field(
        [],
        description="ids of models with the same scores: this package before its threshold or "
        "card was changed, and for fp32 the checkpoint",
    )
    metrics: dict[str, JsonValue] = Field({})
    parity: Parity | None = None
    card: CardSection | None = None
    spoofcue: str = Field(description="version that wrote the package")
    commit: str | None = None
    created: str

    @model_validator(mode="after")
    def _agree(self) -> PackageSpec:
        wanted = set(WEIGHT_FILES[self.format])
        if set(self.files) != wanted:
            raise ValueError(f"format {self.format} has the files {sorted(wanted)}")
        if self.precision == "bf16" and self.format == "onnx":
            raise ValueError("ONNX Runtime computes no bf16; bf16 is for openvino and safetensors")
        if self.precision not in ("fp32", "bf16") and self.format == "safetensors":
            raise ValueError("the format safetensors is fp32 or bf16")
        return self


def parse_spec(data: bytes, where: str) -> PackageSpec:
    """Validate ``spoofcue.json``; settings of before ``input.shrink`` as :func:`as_stored` reads.

    Raises:
        PackageError: ``version`` (a schema that this spoofcue does not know) or ``schema``.

    """
    try:
        tree: Any = json.loads(data)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise PackageError(f"{where}: {SPEC_FILE} is not JSON: {error}", reason="schema") from error
    if not isinstance(tree, dict):
        raise PackageError(f"{where}: {SPEC_FILE} must hold an object.", reason="schema")
    version = tree.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise PackageError(
            f"{where}: package schema version {version!r}; this spoofcue reads version "
            f"{SCHEMA_VERSION}. Export the run again, or install the spoofcue that wrote it.",
            reason="version",
        )
    tree = as_stored(tree)
    if isinstance(tree.get("training"), dict):
        tree["training"] = as_stored(tree["training"])
    try:
        return PackageSpec.model_validate(tree)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(str(p) for p in e['loc']) or SPEC_FILE}: {e['msg']}" for e in error.errors()
        )
        raise PackageError(f"{where}: {SPEC_FILE} is not valid: {told}", reason="schema") from error
