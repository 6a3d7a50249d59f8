from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

import spoofcue
from spoofcue.source import commit_of, source_commit


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """src/package in a repository with one commit, and a README beside src."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repository" / "src" / "package"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "part.py").write_text("A = 1\n")
    (tmp_path / "repository" / "README.md").write_text("old")
    git(tmp_path, "init", "-q", "repository")
    git(folder.parent.parent, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_a_clean_checkout_tells_its_short_commit(package: Path) -> None:
    assert commit_of(package) == git(package, "rev-parse", "--short", "HEAD")
    git(package, "commit", "-q", "--allow-empty", "-m", "second")
    assert commit_of(package) == git(package, "rev-parse", "--short", "HEAD")


def test_changed_source_is_dirty_staged_or_not(package: Path) -> None:
    commit = git(package, "rev-parse", "--short", "HEAD")
    (package / "part.py").write_text("A = 2\n")
    assert commit_of(package) == f"{commit}-dirty"
    git(package, "add", ".")
    assert commit_of(package) == f"{commit}-dirty"
    (package / "part.py").write_text("A = 1\n")
    git(package, "add", ".")
    assert commit_of(package) == commit
    (package / "part.py").unlink()
    assert commit_of(package) == f"{commit}-dirty"


def test_what_is_not_source_makes_nothing_dirty(package: Path) -> None:
    (package.parent.parent / "README.md").write_text("new")
    (package / "untracked.txt").write_text("new")
    os.utime(package / "part.py", (1, 1))
    assert commit_of(package) == git(package, "rev-parse", "--short", "HEAD")


def test_a_package_installed_inside_another_repository_is_not_of_it(package: Path) -> None:
    installed = package.parent.parent / ".venv" / "lib" / "site-packages" / "package"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text("")
    assert commit_of(installed) is None
    (package.parent.parent / ".gitignore").write_text(".venv/\n")
    assert commit_of(installed) is None


def test_no_repository_no_commit_no_folder_and_no_git_give_none(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "__init__.py").write_text("")
    assert commit_of(tmp_path) is None
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "__init__.py")
    assert commit_of(tmp_path) is None  # nothing is committed yet
    assert commit_of(tmp_path / "archive.zip" / "package") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(package) is None


def test_git_that_hangs_is_not_waited_for(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = tmp_path / "git"
    stub.write_text("#!/bin/sh\nexec sleep 60\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("spoofcue.source.PATIENCE_S", 0.05)
    began = time.monotonic()
    assert commit_of(package) is None
    assert time.monotonic() - began < 30


def test_a_hook_of_another_repository_does_not_mislead(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git(package, "rev-parse", "--short", "HEAD")
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert commit_of(package) == commit


def test_our_own_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source_commit.cache_clear()
    assert source_commit() == commit_of(Path(spoofcue.__file__).parent)
    monkeypatch.setenv("PATH", "")
    first = source_commit()
    assert source_commit() is first
    assert source_commit.cache_info().misses == 1
