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
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from spoofcue.errors import InputError
from spoofcue.texts.yaml_tree import read_yaml as read_tree
from spoofcue.texts.yaml_tree import refuse_bool

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class Settings(BaseModel):
    """Frozen, and strict about names; what is stored states every field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_true_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        field = cls.model_fields.get(info.field_name or "")
        return refuse_bool(value, field.annotation) if field else value


class ModelSettings(Settings):
    """The network (sections 3.2 to 3.4), and a light one beside it."""

    encoder_norm: Literal["batch", "instance"] = Field(
        "batch", description="Normalisation in the encoder: batch or instance."
    )
    decoder_norm: Literal["instance", "batch"] = Field(
        "instance", description="Normalisation in the decoder: instance or batch."
    )
    width: int = Field(
        64,
        ge=4,
        le=256,
        description="Channels of E1 of ResNet-18, and of the auxiliary classifier.",
    )
    auxiliary: Literal["overlay", "cue", "none"] = Field(
        "overlay",
        description="What the auxiliary classifier sees (Table 5): the image with the cue over "
        "it, the cue alone, or none: no classifier. The decoder families takes "
        "none.",
    )
    auxiliary_dropout: Fraction = Field(
        0.0, description="Probability of dropout before the auxiliary classifier's last layer."
    )
    weights: str = Field(
        "imagenet",
        description="Encoder weights to start from: imagenet, none, a .pth or .safetensors "
        "file, a URL, or hf:owner/name.",
    )
    encoder: Literal["resnet18", "mobilenet-v2"] = Field(
        "resnet18", description="Encoder of the generator; resnet18 is the paper's."
    )
    mobile_multiplier: float = Field(
        1.0,
        ge=0.1,
        le=2,
        description="Multiplier of mobilenet-v2's channels; the imagenet weights are for 1.",
    )
    mobile_tail: bool = Field(
        True,
        description="Whether mobilenet-v2 ends in ImageNet's 1280 channels; false ends it at 160.",
    )
    decoder: Literal["residual", "separable", "families"] = Field(
        "residual",
        description="Decoder of the generator: residual is the paper's, separable the light "
        "one; families is a linear detector for each family of attacks, without "
        "hidden layers.",
    )
    families: tuple[str, ...] = Field(
        ("print", "replay"),
        min_length=1,
        description="First parts of the PAI names that the decoder families learns from; other "
        "attacks are not learned from.",
    )
    decoder_width: int = Field(
        16, ge=2, le=256, description="Channels of D5 of the decoder separable."
    )

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
    """A frozen teacher that a student's training imitates (docs/decisions/network.md)."""

    teacher: str | None = Field(
        None,
        description="Run folder or .ckpt of method lgsc that the network imitates; null: no "
        "teacher.",
    )
    cue_weight: NonNegative = Field(
        5.0, description="Weight of the distance between the two cue maps."
    )
    feature_weight: NonNegative = Field(
        1.0, description="Weight of the distance between the features E5 and D1..D4."
    )


Shrink = Literal["bilinear", "area"]


class InputSettings(Settings):
    """How a face crop becomes network input (sections 4.1 and 4.4)."""

    mode: Literal["patch", "resize"] = Field(
        "patch",
        description="Input in training: patch is a random crop at native resolution, resize the "
        "whole face resized.",
    )
    size: int = Field(
        224,
        ge=32,
        le=2048,
        description="Side of the patch or of the resized face, px; a side that is no multiple "
        "of 32, as 112, is padded to one by reflection.",
    )
    mean: float = Field(
        127.5, description="Value that is subtracted from the pixels, which are 0..255."
    )
    std: Positive = Field(
        127.5, description="Divisor after that; mean and std of 127.5 give [-1, 1]."
    )
    scoring: Literal["whole", "grid", "resize"] = Field(
        "whole",
        description="Input in testing: whole is the face with sides brought to multiples of 32, "
        "grid is native patches that cover it, resize is the face resized to "
        "input.size.",
    )
    max_side: int = Field(
        1024,
        ge=64,
        multiple_of=32,
        description="Longest side at which a face is scored, px; longer faces are shrunk to it.",
    )
    shrink: Shrink = Field(
        "bilinear",
        description="How faces become smaller, in training and testing. bilinear (section 4.4) "
        "reads 2 x 2 pixels whatever the factor, so that past 2 it skips pixels and "
        "fine structure aliases; area averages all pixels that fall on one. Faces "
        "become larger bilinearly.",
    )


class AugmentSettings(Settings):
    """The official code's augmentation and poor cameras; the paper names none: off by default."""

    photometric: bool = Field(
        False, description="Whether brightness, contrast, saturation and hue are changed at random."
    )
    flip: Fraction = Field(0.0, description="Probability of a left-right flip.")
    rotate_deg: NonNegative = Field(
        0.0, le=180, description="Largest rotation either way, degrees."
    )
    crop: Fraction = Field(0.0, lt=1, description="Largest part of each side that is cropped away.")
    degrade: Fraction = Field(
        0.0,
        description="Probability of each of: shrinking to 60..200 px, blur, noise, tone and "
        "colour, JPEG, as poor cameras and messengers do.",
    )
    erase: Fraction = Field(0.0, description="Probability of random erasing.")
    cutout: Fraction = Field(0.0, description="Probability of a square cutout.")
    simulate: Fraction = Field(
        0.0,
        description="Share of the attacks that the simulator makes of live training faces on "
        "the fly; as many live faces pass its camera too.",
    )


PRESETS_DIR = Path(__file__).parent / "presets"


class LossSettings(Settings):
    """Eqs. 6 to 9."""

    regression: Literal["live", "live-and-spoof"] = Field(
        "live",
        description="Whose cue maps the regression loss acts on: live pulls those of live faces "
        "to zero (Eq. 6), live-and-spoof also those of attacks to one (Table 5).",
    )
    regression_weight: NonNegative = Field(
        5.0, description="Weight of the regression loss (Eq. 9)."
    )
    triplet: Literal["e5-d4", "e5-sc", "none"] = Field(
        "e5-d4",
        description="Levels with a triplet loss (Eq. 7): e5-d4 is E5 and D1..D4, e5-sc adds the "
        "cue map, none has no triplet loss.",
    )
    triplet_weight: NonNegative = Field(1.0, description="Weight of the triplet losses (Eq. 9).")
    margin: Positive = Field(0.5, description="Margin of the triplet losses (Eq. 7).")
    classification_weight: NonNegative = Field(
        5.0, description="Weight of the auxiliary classifier's loss (Eq. 9)."
    )
    ridge: NonNegative = Field(
        0.5, description="Weight of half the detectors' squared weights, for the decoder families."
    )


class OptimiserSettings(Settings):
    """Adam and its learning-rate schedule, counted in optimiser steps."""

    lr: Positive = Field(1e-3, description="Learning rate of Adam after the warm-up.")
    encoder_lr_factor: Fraction = Field(
        1.0,
        description="Factor of lr for the encoder; 0 leaves it as it was loaded, its batch "
        "normalisation too.",
    )
    weight_decay: NonNegative = Field(0.0, description="Weight decay of Adam.")
    warmup_epochs: NonNegative = Field(
        1.0, description="Epochs over which the learning rate rises to lr."
    )
    warmup_steps: int | None = Field(
        None, ge=0, description="Steps over which it rises; wins over warmup_epochs."
    )
    decay_factor: float = Field(
        0.95, gt=0, le=1, description="Factor of the learning rate at each decay."
    )
    decay_every_steps: int | None = Field(
        600, ge=1, description="Steps from one decay to the next; null: decay_at_epochs counts."
    )
    decay_at_epochs: tuple[int, ...] = Field(
        (), description="Epochs at which the learning rate decays, without decay_every_steps."
    )


class TrainingSettings(Settings):
    """Length, batches, precision and book-keeping of a training."""

    batch_size: int = Field(
        32,
        ge=2,
        multiple_of=2,
        description="Images of a batch, half live and half attack, of all processes together.",
    )
    epochs: int = Field(20, ge=1, description="Number of epochs.")
    minutes: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Minutes after which the training ends, evaluations on dev included, if its "
        "epochs have not ended; null: no limit.",
    )
    select: Literal["best-dev", "last"] = Field(
        "best-dev",
        description="Epoch whose weights are kept: the one with the best dev ACER, or the last, "
        "which needs no dev split.",
    )
    mean_of_epochs: int = Field(
        0,
        ge=0,
        description="Last epochs over whose steps the weights are averaged, batch normalisation's "
        "statistics taken anew; the mean is kept, so training.select must be last. 0: no mean, as "
        "in the paper.",
    )
    images_per_epoch: int | None = Field(
        None,
        ge=2,
        description="Images of an epoch; null: twice the larger class, the smaller one repeated.",
    )
    seed: int = Field(0, ge=0, description="Random seed of weights, order and augmentation.")
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto",
        description="Precision of the computation; auto is bf16 where the processor computes it "
        "natively, else fp32.",
    )
    channels_last: bool = Field(
        True,
        description="Whether tensors lie channels last in memory, which is faster on most "
        "processors.",
    )
    threads: int | None = Field(
        None,
        ge=1,
        description="Threads of PyTorch; null: OMP_NUM_THREADS, else as many as cores are free.",
    )
    workers: int | None = Field(
        None, ge=0, description="Processes that load images; null: by the cores that are free."
    )
    checkpoint_every_steps: int = Field(
        100,
        ge=1,
        description="Steps from one checkpoint to the next: the most that a kill can cost.",
    )
    log_every_steps: int = Field(
        1, ge=1, description="Steps from one row of log/metrics.csv to the next."
    )
    dev_every_epochs: int = Field(
        1, ge=1, description="Epochs from one evaluation on dev to the next."
    )
    accelerator: str = Field(
        "auto", description="Lightning's accelerator, as cpu or gpu; auto takes the best there is."
    )
    devices: int | str = Field(
        "auto",
        description="Processes that train together on this machine, a GPU each where there are "
        "GPUs; auto: every GPU, or one process. Started by torchrun or Slurm: theirs.",
    )
    shared_batch_norm: bool = Field(
        True,
        description="Whether batch normalisation of several processes takes the statistics of the "
        "whole batch; without, each takes those of its part.",
    )
    strategy: Literal["auto", "ddp"] = Field(
        "auto",
        description="How a training is spread over devices: ddp, a process each, as auto is too.",
    )


OwnSettings = TypeVar("OwnSettings", bound=Settings)


# mean and deviation of ImageNet's pixels, 0..255, over the three colours, which differ little
IMAGENET_PIXELS = (114.5, 57.6)


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
        model = self.model
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
        training, frozen = self.training, self.optimiser.encoder_lr_factor == 0
        if training.mean_of_epochs > training.epochs:
            raise ValueError(
                f"training.mean_of_epochs={training.mean_of_epochs} is more than "
                f"training.epochs={training.epochs}"
            )
        if training.mean_of_epochs and (training.select != "last" or frozen):
            raise ValueError(
                "training.mean_of_epochs needs training.select=last, since the mean is what is "
                "kept, and an optimiser.encoder_lr_factor above 0, since a frozen encoder keeps "
                "its batch statistics"
            )
        self._pixels_fit_the_weights(frozen)
        return self

    def _pixels_fit_the_weights(self, frozen: bool) -> None:
        """Each encoder wants other pixel values where the public weights are as they were."""
        model, pixels = self.model, (self.input.mean, self.input.std)
        if model.weights == "none":
            return
        wanted = pixels
        if model.encoder == "mobilenet-v2":
            # it turns [-1, 1] into what the public weights were trained on
            wanted = (127.5, 127.5)
        elif frozen and model.encoder_norm == "batch":
            # trained, it takes its statistics from the pixels that it sees; frozen, it cannot
            wanted = IMAGENET_PIXELS
        if pixels != wanted:
            raise ValueError(
                f"{'frozen' if frozen else 'pretrained'} {model.encoder} needs "
                f"input.mean={wanted[0]:g} and input.std={wanted[1]:g}, not {pixels[0]:g} and "
                f"{pixels[1]:g}"
            )


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


# what a training may change on its way: how fast and how long, not what it computes
RESUMABLE = ("training.minutes", "training.threads", "training.workers", "training.devices")


def dump_yaml(settings: RunSettings) -> str:
    """The resolved tree as YAML, in the order of the fields."""
    import yaml

    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)


def read_yaml(path: Path) -> dict[str, Any]:
    """Settings by name from a YAML file; an empty file has none.

    Raises:
        InputError: it cannot be read, or holds something else.

    """
    tree = read_tree(path)
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise InputError(f"{path} must hold settings by name, not a {type(tree).__name__}")
    return tree
