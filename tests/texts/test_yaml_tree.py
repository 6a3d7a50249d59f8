from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import spoofcue
from spoofcue.config import TrainingSettings, read_yaml
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.protocols import load_set
from spoofcue.simulate import load_catalogue
from spoofcue.texts.yaml_tree import parse_yaml

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{n}: &{n} [{','.join([f'*{o}'] * 10)}]\n" for o, n in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: yes\n", "line 2: yes has two meanings: write true or false"),
        ("a: No", "line 1: No has two"),
        ("- 1\n- on", "line 2: on has two"),
        ("off: 1", "line 1: off has two"),
        ("a: 010", "line 1: 010 has two meanings: write a plain number"),
        ("a: 1:30", "line 1: 1:30 has two"),
        ("a: 1:30.5", "line 1: 1:30.5 is no finite plain number"),
        ("a: 1_000", "line 1: 1_000 has two"),
        ("a: 0b11", "line 1: 0b11 has two"),
        ("a: .inf", "line 1: .inf is no finite"),
        ("a: -.INF", "no finite"),
        ("a: .nan", "no finite"),
        ("a: 1.0e+999", "no finite"),
        ("a: 2024-01-01", "line 1: 2024-01-01 would be a date"),
        ("a: 1\nb: 2\n'a': 3", "line 3: a is said twice, on line 1"),
        ("a: {b: 1, c: 2,\n b: 3}", "line 2: b is said twice"),
        ("1.10: x", "line 1: put the name 1.10 in quotation marks"),
        ("? [a]\n: b", "line 1: a key must be a word"),
        ("a: !!int x", "line 1: x has two"),
        ("a: !!python/object/apply:os.system [x]", "the tag .* has no use here"),
        ("a: !!binary eA==", "no use here"),
        ("a: !!set {b, c}", "no use here"),
        ("a: &x [*x]", "contains itself"),
        ("a: [1,\nb: ]}", "line 2: that is not valid YAML"),
        ("a: b\n---\nc: d", "not valid YAML"),
        ("a: \x07", "not valid YAML"),
        ("[" * 5000, "nested too deeply|not valid"),
        (BOMB, "more than 100000 values"),
    ],
)
def test_what_means_two_things_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=f"^mine.yaml.*{fault}"):
        parse_yaml(text, "mine.yaml")


def test_what_means_one_thing() -> None:
    text = (
        "a: 'yes'\nb: !!str no\nc: true\nd: [1, -2, 0.5, 1.0e-05, 0x1F, .5, 1e-3]\ne:\n"
        "f: &x {g: 1}\nh:\n  <<: *x\n  i: 2"
    )
    assert parse_yaml(text, "") == {
        "a": "yes",
        "b": "no",
        "c": True,
        "d": [1, -2, 0.5, 1e-5, 31, 0.5, "1e-3"],
        "e": None,
        "f": {"g": 1},
        "h": {"g": 1, "i": 2},
    }
    assert parse_yaml("", "") is None


def test_every_yaml_that_ships_means_one_thing() -> None:
    files = sorted(Path(spoofcue.__file__).parent.rglob("*.yaml"))
    assert len(files) > 20
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert parse_yaml(text, str(path)) == yaml.safe_load(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6)
    | st.sampled_from(["yes", "no", "on", "010", "1:30", "1_2", "2024-01-01", ".inf", "null"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(VALUES)
def test_what_we_write_is_read_again(value: object) -> None:
    assert parse_yaml(yaml.safe_dump(value), "") == value


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab:-[]{}&*!?|>'\"#,.0 1\n%@`~<=\t"), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_yaml(text, "x")
    except InputError:
        return


def test_every_reader_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("training:\n  epochs: yes\n")
    for read in (read_yaml, load_catalogue, load_set):
        with pytest.raises(InputError, match=r"mine\.yaml, line 2: yes has two meanings"):
            read(path)
    path.write_text("training:\n  epochs: 3\n  epochs: 4\n", encoding="utf-16")
    with pytest.raises(InputError, match=r"mine\.yaml, line 3: epochs is said twice"):
        read_yaml(path)


@pytest.mark.parametrize("value", ["true", "yes", "[true]", "inf", "nan", ".inf", "010", "1:30"])
def test_a_number_is_no_truth(value: str) -> None:
    with pytest.raises(InputError, match=r"--set|epochs"):
        load_settings(preset="small", overrides=[f"training.epochs={value}"])


def test_python_gets_the_same() -> None:
    with pytest.raises(ValueError, match="true and false are not wanted"):
        TrainingSettings(epochs=True)
