"""What ``spoofcue.json`` of a model package says, with its card and its limits of size."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, JsonValue, ValidationError, model_validator

from spoofcue.errors import PackageError, validation_text
from spoofcue.metrics.measures import MEASURES
from spoofcue.package.expert import AnyExpert, CueExpert, FamilyExpert, WeightFile
from spoofcue.package.fields import Count, Finite, Fraction, Line, Prose, Strict
from spoofcue.package.profile import CameraProfile, FeatureAlignment
from spoofcue.package.threshold import OperatingPoint, ThresholdFacts

# The paper's network is 90 MB in fp32; protobuf itself ends at 2 GB.
MAX_WEIGHTS = 1 << 30
MAX_TEXT = 4 << 20


def check_size(name: str, size: int, where: str) -> None:
    """Refuse a file before it is read.

    Raises:
        PackageError: ``oversize``.

    """
    limit = MAX_TEXT if name in (SPEC_FILE, CARD_FILE) else MAX_WEIGHTS
    if size > limit:
        raise PackageError(
            f"{where}: {name} has {size} bytes, more than the limit of {limit}.", reason="oversize"
        )


class Measured(Strict):
    """A rate, 0..1, with its 95 % interval where one is known."""

    value: Fraction
    low: Fraction | None = None
    high: Fraction | None = None

    @model_validator(mode="after")
    def _an_interval_has_two_ends(self) -> Measured:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or neither")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class EvaluationEntry(Strict):
    """Figures on one set that the threshold was not chosen on; all rates are fractions.

    Beside what is named here it has a key for each measure of the table of measures that is known
    (``auc``, ``eer``, ``bpcer``, ``acer``); rates of species and measures at a threshold are at
    ``threshold``.
    """

    # the keys of measures; see ``_drop_the_unknown``
    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Measured] = Field(init=False)

    set: Line = Field(description="name of the set")
    protocol: Line | None = None
    level: Literal["frame", "video"] | None = None
    threshold: Fraction | None = Field(None, description="None: the package's own")
    threshold_rule: Line | None = None
    n_live: Count | None = None
    n_attack: Count | None = None
    subjects: Count | None = None
    apcer: dict[Line, Measured] = Field({}, max_length=200, description="by PAI species")
    note: Prose | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_measures_beside(cls, given: Any) -> Any:
        """Refuse other keys than those of measures; one without a value (null) is left out."""
        if not isinstance(given, dict):
            return given
        if unknown := sorted(set(given) - set(cls.model_fields) - set(MEASURES)):
            raise ValueError(
                f"{', '.join(unknown)}: no such key; measures are {', '.join(MEASURES)}"
            )
        return {k: v for k, v in given.items() if v is not None or k not in MEASURES}

    @property
    def measured(self) -> dict[str, Measured]:
        """Measure -> value, in the order of the table."""
        known = self.__pydantic_extra__
        return {name: known[name] for name in MEASURES if name in known}


class CardSection(Strict):
    """What only the maker of a model knows; all of it is optional."""

    intended_use: Prose | None = Field(None, description="what the model is for")
    not_for: Prose | None = Field(None, description="what it should not be used for")
    training_data: Prose | None = Field(None, description="whose recordings it learned from")
    evaluation: list[EvaluationEntry] = Field(
        [], max_length=50, description="figures on sets that the threshold was not chosen on"
    )
    limitations: Prose | None = Field(None, description="what it is known to miss")
    fairness: Prose | None = Field(None, description="for whom it was and was not tested")
    licence: Line | None = Field(None, description="SPDX identifier or a name; of the weights")
    authors: Line | None = Field(None, description="whose weights they are")
    origin: Line | None = Field(None, description="where they were published")
    source: list[Line] = Field([], max_length=50, description="command lines that made the model")


SCHEMA_VERSION: Final = 2
SPEC_FILE = "spoofcue.json"
CARD_FILE = "README.md"


class Parity(Strict):
    """How far the packaged weights' scores are from the checkpoint's in PyTorch."""

    on: Literal["dev crops", "generated inputs"]
    n: int = Field(ge=1)
    mean: Finite = Field(ge=0, description="mean absolute difference of scores")
    max: Finite = Field(ge=0)
    runtime: str


Expert = Annotated[AnyExpert, Field(discriminator="kind")]


PointName = Literal["convenient", "balanced", "strict"]


class PackageSpec(Strict):
    """The whole of ``spoofcue.json``.

    The score of one cue expert without a calibration is its raw evidence, the mean magnitude of its
    cue map. Of all others it is the logistic function of the weighted sum of the experts' log-odds.
    """

    schema_version: Literal[2] = Field(SCHEMA_VERSION, description="of this file")
    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="what the package's id begins with",
    )
    experts: list[Expert] = Field(
        min_length=1, max_length=8, description="the networks whose evidence is added"
    )
    missing: Literal["rejected", "without"] = Field(
        "rejected",
        description="what becomes of a face for which an expert has nothing to look at: it is "
        "rejected, or judged without that expert, the weights of the others in proportion; "
        "without any expert it is rejected",
    )
    detector: Literal["dlib", "yunet", "none"] = Field(
        description="which found the faces of the training, and finds them in use"
    )
    min_face_px: int = Field(ge=1, description="side of the box; smaller faces are rejected")
    threshold: ThresholdFacts = Field(description="where attacks begin, and who says so")
    points: dict[PointName, OperatingPoint] = Field(
        {}, description="thresholds to choose from by name; of scores without a camera profile"
    )
    profile: CameraProfile | None = Field(
        None, description="how live faces look before one camera; null: the package is of none"
    )
    scores_as: list[str] = Field(
        [],
        description="ids of models with the same scores: this package before its threshold or "
        "card was changed, and for fp32 the checkpoint",
    )
    metrics: dict[str, JsonValue] = Field({}, description="rates of the run that was exported")
    parity: Parity | None = Field(
        None, description="how far scores are from the checkpoint's; null: nothing was converted"
    )
    card: CardSection | None = Field(None, description="what only the maker of the model knows")
    spoofcue: str = Field(description="version that wrote the package")
    commit: str | None = Field(None, description="of spoofcue's source, where it was known")
    created: str = Field(description="when, ISO 8601")

    @model_validator(mode="after")
    def _agree(self) -> PackageSpec:
        names = [expert.name for expert in self.experts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two experts have the expert {', '.join(twice)}")
        known: dict[str, WeightFile] = {}
        for expert in self.experts:  # one network may serve several, one name no two files
            for name, file in expert.files.items():
                if known.setdefault(name, file) != file:
                    raise ValueError(f"two experts have the file {name}, with other contents")
        if len(self.experts) > 1 and (
            raw := [expert.name for expert in self.experts if expert.calibration is None]
        ):
            raise ValueError(
                f"{', '.join(raw)}: several experts are added as log-odds, which takes a "
                "calibration of each"
            )
        self._check_profile(set(known))
        return self

    def _check_profile(self, files: set[str]) -> None:
        profile = self.profile
        if profile is None:
            return
        if shared := sorted(files & set(profile.files)):
            raise ValueError(f"the profile and an expert have the file {', '.join(shared)}")
        experts = {expert.name: expert for expert in self.experts}
        for name, alignment in profile.experts.items():
            if name not in experts:
                raise ValueError(f"the profile is of an expert {name}, which is not there")
            features = isinstance(alignment, FeatureAlignment)
            if features != isinstance(experts[name], FamilyExpert):
                raise ValueError(f"the profile's {alignment.kind} do not fit the expert {name}")
            if features and not profile.files:
                raise ValueError(f"the profile lacks the file of {name}'s features")

    @property
    def files(self) -> dict[str, WeightFile]:
        """Every file of weights, of all experts and of the profile."""
        of_experts = {name: file for expert in self.experts for name, file in expert.files.items()}
        return of_experts | (self.profile.files if self.profile else {})

    @property
    def cue(self) -> CueExpert | FamilyExpert | None:
        """The expert whose cue map is shown: the first that makes one."""
        return next((e for e in self.experts if isinstance(e, (CueExpert, FamilyExpert))), None)

    @property
    def weights(self) -> str:
        """Formats and precisions, in words: ``onnx fp32``."""
        return ", ".join(dict.fromkeys(f"{e.format} {e.precision}" for e in self.experts))


def parse_spec(data: bytes, where: str) -> PackageSpec:
    """Validate ``spoofcue.json``.

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
            f"{SCHEMA_VERSION}. Export the run or import the model again, or install the spoofcue "
            "that wrote it.",
            reason="version",
        )
    try:
        return PackageSpec.model_validate(tree)
    except ValidationError as error:
        reasons = validation_text(error, SPEC_FILE)
        raise PackageError(
            f"{where}: {SPEC_FILE} is not valid: {reasons}", reason="schema"
        ) from error
