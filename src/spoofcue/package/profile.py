"""What a package knows of one camera: how live faces look before it, as averages."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from spoofcue.package.expert import FileName, WeightFile
from spoofcue.package.fields import Finite, Line, Strict
from spoofcue.package.threshold import ThresholdFacts

PROFILE_FILE: Final = "profile.safetensors"
# Of fewer pictures a mean is a picture: nothing is kept, and nothing would be gained.
LEAST_PICTURES: Final = 5
# log-odds: the spread that live faces are taken to have where a camera's own is smaller
SPREAD: Final = 2.0
# spreads beyond which more says nothing more
FURTHEST: Final = 5.0


class FeatureAlignment(Strict):
    """Of an expert with features: their mean and covariance are tensors of the profile's file.

    Attributes:
        pictures: how many live faces they are of.

    """

    kind: Literal["features"] = "features"
    pictures: int = Field(ge=LEAST_PICTURES)


class OddsAlignment(Strict):
    """Of another expert: mean and spread of its log-odds for live faces.

    Attributes:
        pictures: how many live faces they are of.
        mean: of the log-odds.
        spread: their standard deviation.

    """

    kind: Literal["log_odds"] = "log_odds"
    pictures: int = Field(ge=LEAST_PICTURES)
    mean: Finite
    spread: Finite = Field(ge=0)

    def aligned(self, log_odds: float) -> float:
        """Counted from the camera's live mean, in its spread where that is larger than SPREAD.

        With m and s the camera's mean and spread, ``SPREAD * (x - m) / sqrt(s^2 + SPREAD^2)``,
        within FURTHEST spreads.
        """
        away = (log_odds - self.mean) / (self.spread**2 + SPREAD**2) ** 0.5
        return SPREAD * min(max(away, -FURTHEST), FURTHEST)


Alignment = Annotated[FeatureAlignment | OddsAlignment, Field(discriminator="kind")]


class CameraProfile(Strict):
    """How live faces look before one camera: means and spreads over at least LEAST_PICTURES faces.

    It holds no picture and nothing from which a face can be rebuilt: of an expert with features,
    each is first averaged over all places of a face, so that no place is left, and then over the
    faces; of the others a mean and a spread of one number.

    Attributes:
        version: of what is stored here.
        made: when, ISO 8601.
        pictures: live faces that it is of.
        of: id of the package that it was made for, without a profile.
        files: the tensors' file; empty where no expert has features.
        experts: name -> what is known of it; experts that saw too few of the faces are left out.
        without: the threshold that holds where the profile is not used.

    """

    version: Literal[1] = 1
    made: str
    pictures: int = Field(ge=LEAST_PICTURES)
    of: Line
    files: dict[FileName, WeightFile] = Field(max_length=1)
    experts: dict[str, Alignment]
    without: ThresholdFacts
