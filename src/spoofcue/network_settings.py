"""Settings of the network and of its teacher; :mod:`spoofcue.config` joins them with the rest."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class Settings(BaseModel):
    """Frozen, and strict about names.

    Attributes:
        added: fields that came after results had been stored. At their defaults they are left
            out of what is stored, so that a benchmark goes on with folds of before, and equal
            trainings of before and after are told as equal.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    added: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_added_defaults(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        tree: dict[str, Any] = dump(self)
        fields = type(self).model_fields
        silent = {n for n in self.added if getattr(self, n) == fields[n].default}
        return {name: value for name, value in tree.items() if name not in silent}


class ModelSettings(Settings):
    """The network (sections 3.2 to 3.4), and a light one beside it."""

    added: ClassVar[tuple[str, ...]] = (
        *("encoder", "mobile_multiplier", "mobile_tail"),
        *("decoder", "decoder_width", "families"),
    )

    encoder_norm: Literal["batch", "instance"] = "batch"
    decoder_norm: Literal["instance", "batch"] = "instance"
    width: int = Field(
        64, ge=4, le=256, description="channels of E1 of ResNet-18; the auxiliary classifier's too"
    )
    auxiliary: Literal["overlay", "cue", "none"] = Field(
        "overlay", description="what the auxiliary classifier sees (Table 5); families: none"
    )
    auxiliary_dropout: Fraction = 0.0
    weights: str = Field(
        "imagenet",
        description="encoder weights: imagenet, none, a .pth/.safetensors file, a URL, "
        "hf:owner/name",
    )
    encoder: Literal["resnet18", "mobilenet-v2"] = Field(
        "resnet18", description="of the generator; resnet18 is the paper's"
    )
    mobile_multiplier: float = Field(
        1.0, ge=0.1, le=2, description="mobilenet-v2: of its channels; imagenet weights are for 1"
    )
    mobile_tail: bool = Field(
        True, description="mobilenet-v2: to ImageNet's 1280 channels, or false: to 160"
    )
    decoder: Literal["residual", "separable", "families"] = Field(
        "residual",
        description="residual is the paper's; separable is the light one; families: a linear "
        "detector for each family of attacks, without hidden layers",
    )
    families: tuple[str, ...] = Field(
        ("print", "replay"),
        min_length=1,
        description="decoder families: first parts of the PAI names; other attacks are not "
        "learned from",
    )
    decoder_width: int = Field(16, ge=2, le=256, description="separable: channels of D5")

    def network(self) -> dict[str, Any]:
        """Keyword arguments of :class:`spoofcue.cue.generator.LGSC`."""
        own = {"auxiliary": self.auxiliary, "auxiliary_dropout": self.auxiliary_dropout}
        return own | self.generator()

    def generator(self) -> dict[str, Any]:
        """Keyword arguments of :class:`spoofcue.cue.generator.CueGenerator`."""
        others = ("weights", "auxiliary", "auxiliary_dropout", "families")
        names = (n for n in type(self).model_fields if n not in others)
        return {name: getattr(self, name) for name in names} | {"families": len(self.families)}


class DistillSettings(Settings):
    """A frozen teacher that a student's training imitates (docs/decisions.md)."""

    teacher: str | None = Field(
        None, description="run folder or .ckpt of method lgsc; null: no teacher"
    )
    cue_weight: NonNegative = Field(5.0, description="of the distance between the cue maps")
    feature_weight: NonNegative = Field(1.0, description="of that between features of E5, D1..D4")
