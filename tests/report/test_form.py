from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from spoofcue.errors import InputError
from spoofcue.report.form import Entries, Form

FORM = Form.of(("mask: 'a'", "print-1"), item_named=True, people_named=True)


def test_a_form_as_it_was_written_leaves_all_blanks(tmp_path: Path) -> None:
    path = tmp_path / "new" / "form.yaml"
    FORM.write(path)
    assert FORM.left(FORM.read(path)) == FORM.left(Entries())
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(tree["species"]) == ["mask: 'a'", "print-1"]
    assert tree["conditions"]["Light"] == ""
    assert "# sources, lux at the face" in path.read_text(encoding="utf-8")


def test_what_is_filled_in_is_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    FORM.write(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('Light: ""', 'Light: "300 lux: two lamps"'), encoding="utf-8")
    entries = FORM.read(path)
    assert entries.conditions["Light"] == "300 lux: two lamps"
    assert FORM.left(entries) == FORM.left(Entries()) - 1
    path.write_text("signatures:\n", encoding="utf-8")
    assert FORM.left(FORM.read(path)) == FORM.left(Entries())


def test_what_scores_do_not_name_is_a_blank_too() -> None:
    unnamed = Form.of(("print-1",), item_named=False, people_named=False)
    named = Form.of(("print-1",), item_named=True, people_named=True)
    assert unnamed.left(Entries()) == named.left(Entries()) + 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("item: {Colour: red}", "no blank 'Colour' in item; it has Supplier, "),
        ("species: {replay: {}}", "no blank 'replay' in species; it has mask: 'a', print-1"),
        ("species: {print-1: {Ink: black}}", "no blank 'Ink' in species print-1; it has Made of"),
        ("conditions: {Light: 2.10}", r"conditions.Light: .* between quotation marks"),
        ("place: {}", "place: Extra inputs"),
        ("item: nothing", "item: "),
        ("[]", "is not a form of a report"),
    ],
)
def test_what_no_blank_is_for_is_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as refused:
        FORM.read(path)
    assert "form.yaml" in str(refused.value)
