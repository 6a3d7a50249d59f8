"""Settings of a run, section by section; a method's own are in its own module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from spoofcue.errors import InputError

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class Settings(BaseModel):
    """Frozen, and strict about names; what is stored states every field."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(Settings):
    """The network (sections 3.2 to 3.4), and a light one beside it."""

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


Shrink = Literal["bilinear", "area"]


class InputSettings(Settings):
    """How a face crop becomes network input (sections 4.1 and 4.4)."""

    mode: Literal["patch", "resize"] = Field(
        "patch",
        description="training: random crop at native resolution, or the face resized whole",
    )
    size: int = Field(
        224,
        ge=32,
        le=2048,
        description="side of the patch or of the resized face, px; one that is no multiple of 32, "
        "as 112, is padded to it by reflection",
    )
    mean: float = Field(127.5, description="subtracted from pixel values 0..255")
    std: Positive = Field(127.5, description="divisor after that; 127.5 and 127.5 give [-1, 1]")
    scoring: Literal["whole", "grid", "resize"] = Field(
        "whole",
        description="testing: the whole face with sides brought to multiples of 32, a grid of "
        "native patches, or the face resized to `size`",
    )
    max_side: int = Field(
        1024, ge=64, multiple_of=32, description="longer faces are scored at this side, px"
    )
    shrink: Shrink = Field(
        "bilinear",
        description="how faces become smaller, in training and testing: bilinear (section 4.4) "
        "reads 2 x 2 pixels whatever the factor, so that past 2 it skips pixels and fine "
        "structure aliases; area averages all that fall on one. They become larger bilinearly",
    )


class AugmentSettings(Settings):
    """The official code's augmentation and poor cameras; the paper names none: off by default."""

    photometric: bool = Field(False, description="brightness, contrast, saturation, hue")
    flip: Fraction = Field(0.0, description="probability of a left-right flip")
    rotate_deg: NonNegative = Field(0.0, le=180, description="largest rotation either way")
    crop: Fraction = Field(0.0, lt=1, description="largest part of each side cropped away")
    degrade: Fraction = Field(
        0.0,
        description="probability of each of: shrinking to 60..200 px, blur, noise, tone and "
        "colour, JPEG, as poor cameras and messengers do",
    )
    erase: Fraction = Field(0.0, description="probability of random erasing")
    cutout: Fraction = Field(0.0, description="probability of a square cutout")
    simulate: Fraction = Field(
        0.0,
        description="share of the attacks that the simulator makes of live training faces on the "
        "fly; as many live ones pass its camera too",
    )


PRESETS_DIR = Path(__file__).parent / "presets"


class LossSettings(Settings):
    """Eqs. 6 to 9."""

    regression: Literal["live", "live-and-spoof"] = "live"
    regression_weight: NonNegative = 5.0
    triplet: Literal["e5-d4", "e5-sc", "none"] = "e5-d4"
    triplet_weight: NonNegative = 1.0
    margin: Positive = 0.5
    classification_weight: NonNegative = 5.0
    ridge: NonNegative = Field(
        0.5, description="model.decoder=families: of half the detectors' squared weights"
    )


class OptimiserSettings(Settings):
    """Adam and its learning-rate schedule, counted in optimiser steps."""

    lr: Positive = 1e-3
    encoder_lr_factor: Fraction = Field(
        1.0,
        description="of lr, for the encoder; 0: it stays as it was loaded, its batch norm too",
    )
    weight_decay: NonNegative = 0.0
    warmup_epochs: NonNegative = 1.0
    warmup_steps: int | None = Field(None, ge=0, description="wins over warmup_epochs")
    decay_factor: float = Field(0.95, gt=0, le=1)
    decay_every_steps: int | None = Field(600, ge=1, description="none: use decay_at_epochs")
    decay_at_epochs: tuple[int, ...] = ()


class TrainingSettings(Settings):
    """Length, batches, precision and book-keeping of a training."""

    batch_size: int = Field(32, ge=2, multiple_of=2, description="half live, half attack")
    epochs: int = Field(20, ge=1)
    minutes: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="end it before its epochs do; dev is in them"
    )
    select: Literal["best-dev", "last"] = Field(
        "best-dev", description="the epoch that is kept; last needs no dev split"
    )
    images_per_epoch: int | None = Field(
        None, ge=2, description="none: twice the larger class, the smaller one repeated"
    )
    seed: int = Field(0, ge=0)
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="auto: bf16 where the processor computes it natively"
    )
    channels_last: bool = True
    threads: int | None = Field(
        None, ge=1, description="of PyTorch; none: OMP_NUM_THREADS, else as many cores as are free"
    )
    workers: int | None = Field(None, ge=0, description="loader processes; none: by free cores")
    checkpoint_every_steps: int = Field(100, ge=1, description="how much a kill can cost")
    log_every_steps: int = Field(1, ge=1)
    dev_every_epochs: int = Field(1, ge=1)
    accelerator: str = "auto"
    devices: int | str = Field("auto", description="processes or GPUs; auto: all there are")
    strategy: str = "auto"


OwnSettings = TypeVar("OwnSettings", bound=Settings)


class RunSettings(Settings):
    """Everything that defines a run.

    Attributes:
        own: what the method has of its own; in YAML, in ``--set`` and where it is stored, the
            section has the method's name. :func:`spoofcue.methods.settings.settings_from`
            validates it, since each method knows its own.

    """

    method: str = "lgsc"
    preset: str = "paper"
    model: ModelSettings = ModelSettings()
    loss: LossSettings = LossSettings()
    input: InputSettings = InputSettings()
    augment: AugmentSettings = AugmentSettings()
    optimiser: OptimiserSettings = OptimiserSettings()
    training: TrainingSettings = TrainingSettings()
    distill: DistillSettings = DistillSettings()
    own: SerializeAsAny[Settings] = Settings()

    def own_as(self, kind: type[OwnSettings]) -> OwnSettings:
        """:attr:`own`, of the kind that the method declared."""
        if not isinstance(self.own, kind):
            raise TypeError(f"settings of {self.method} are no {kind.__name__}")
        return self.own

    @model_serializer(mode="wrap")
    def _own_by_name(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        tree: dict[str, Any] = dump(self)
        own = tree.pop("own")
        return {**tree, self.method: own} if own else tree

    @model_validator(mode="after")
    def _fit_together(self) -> RunSettings:
        model, pixels = self.model, (self.input.mean, self.input.std)
        light = model.encoder != "resnet18" or model.decoder != "residual"
        if self.method != "lgsc" and (light or self.distill.teacher is not None):
            raise ValueError(
                f"method {self.method} has neither model.encoder, model.decoder nor "
                "distill.teacher; they are lgsc's"
            )
        if model.decoder == "families" and (
            model.encoder != "mobilenet-v2" or self.distill.teacher is not None
        ):
            raise ValueError(
                "model.decoder=families needs model.encoder=mobilenet-v2 and no distill.teacher"
            )
        # the encoder turns [-1, 1] into what the public weights were trained on
        if model.encoder == "mobilenet-v2" and model.weights != "none" and pixels != (127.5, 127.5):
            raise ValueError(
                "pretrained mobilenet-v2 needs input.mean=127.5 and input.std=127.5, not "
                f"{self.input.mean:g} and {self.input.std:g}"
            )
        return self


def preset_names() -> list[str]:
    """Names that ``--preset`` takes."""
    return sorted(path.stem for path in PRESETS_DIR.glob("*.yaml"))


def preset_tree(preset: str) -> dict[str, Any]:
    """What a preset sets, as its file says it; all else has the defaults, which are the paper's.

    Raises:
        InputError: there is no such preset.

    """
    if preset not in preset_names():
        raise InputError(f"unknown preset {preset!r}; there are {', '.join(preset_names())}.")
    return read_yaml(PRESETS_DIR / f"{preset}.yaml")


def dump_yaml(settings: RunSettings) -> str:
    """The resolved tree as YAML, in the order of the fields."""
    import yaml

    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)


def read_yaml(path: Path) -> dict[str, Any]:
    """Settings by name from a YAML file; an empty file has none.

    Raises:
        InputError: it cannot be read, or holds something else.

    """
    import yaml

    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read settings file {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid YAML: {error}") from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise InputError(f"{path} must hold settings by name, not a {type(tree).__name__}")
    return tree
