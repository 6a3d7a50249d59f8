from __future__ import annotations

import pytest

from spoofcue.cli import main


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("sklearn", "methods"),
        ("skimage.feature", "methods"),
        ("matplotlib", "report"),
        ("torch", "train"),
        ("polars", "train"),
    ],
)
def test_a_missing_package_is_told_with_its_extra(
    module: str, extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(main, "app", broken)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    package = module.split(".")[0]
    told = capsys.readouterr().err
    assert f"needs {package}: pip install 'spoofcue[{extra}]'" in told
