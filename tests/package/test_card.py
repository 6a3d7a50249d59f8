from __future__ import annotations

import pytest
import yaml

from helpers.made_package import spec
from spoofcue.package.card import TAGS, model_card
from spoofcue.package.schema import CardSection, EvaluationEntry, Measured, PackageSpec


def head(text: str) -> dict[str, object]:
    """What a hub reads of a card."""
    start, body, _ = text.split("---\n", 2)
    assert start == ""
    found: dict[str, object] = yaml.safe_load(body)
    return found


def made(card: CardSection | None) -> PackageSpec:
    return spec().model_copy(update={"card": card})


def test_every_card_begins_with_what_hubs_read() -> None:
    assert head(model_card(made(None))) == {
        "license": "apache-2.0",
        "library_name": "spoofcue",
        "pipeline_tag": "image-classification",
        "tags": [*TAGS, "lgsc"],
    }


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [
        ("CC-BY-NC-4.0", {"license": "cc-by-nc-4.0"}),
        ("Our Licence: v2", {"license": "other", "license_name": "our-licence-v2"}),
        ('"\\ --- [', {"license": "other", "license_name": "other"}),
    ],
)
def test_a_licence_is_the_hubs_word_or_other(licence: str, wanted: dict[str, str]) -> None:
    found = head(model_card(made(CardSection(licence=licence))))
    assert {k: v for k, v in found.items() if k.startswith("license")} == wanted


def test_no_text_ends_a_table_or_the_head() -> None:
    entry = EvaluationEntry(set="a | b", apcer={"p|q": Measured(value=0.5)})
    text = model_card(made(CardSection(evaluation=[entry], licence="x | y", source=["a | b"])))
    assert "### a \\| b" in text
    assert "| APCER p\\|q | 50.00 % |" in text
    assert "| licence | x \\| y |" in text
    assert "\n    a | b\n" in text


def test_a_card_has_the_sections_that_are_there_and_no_others() -> None:
    titles = [line for line in model_card(made(None)).splitlines() if line.startswith("## ")]
    assert titles == ["## Facts", "## Evidence", "## Threshold", "## Measured", "## Limits"]
    full = CardSection(
        intended_use="a",
        not_for="b",
        training_data="c",
        evaluation=[EvaluationEntry(set="s", n_live=3, subjects=2, note="Small.")],
        limitations="d",
        fairness="e",
        source=["f"],
    )
    text = model_card(made(full))
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        *("Intended use", "Not for", "Facts", "Evidence", "Training data", "Threshold", "Measured"),
        *("Evaluation", "Limitations", "Fairness", "Made by", "Limits"),
    ]
    assert "3 live attempts, 2 people; at the package's threshold 0.01." in text
    assert "Small." in text
