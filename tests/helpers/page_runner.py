"""Runs the blocks of one page in their order, in one folder and one Python namespace."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import page_shim
from helpers.command_lines import check_script
from helpers.hub_server import TOKEN, running_hub
from helpers.pages import SHELL, Block
from helpers.served_process import free_port

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "build" / "docs-test"
BLOCK_S = 900
# shown as they are: drawings, and what a program prints
PLAIN = ("text",)
DATA: dict[str, Callable[[str], Any]] = {
    "yaml": yaml.safe_load,
    "toml": tomllib.loads,
    "json": json.loads,
}
# a block that quotes the package
EXCERPT = re.compile(r"# (?P<name>spoofcue/[\w/]+\.py), ")
NAMED = re.compile(r"# (?P<name>[\w./-]+\.(?:yaml|toml|py|csv))\b")


def check_excerpt(source: Path, text: str) -> None:
    """Every line of a block that quotes the package stands there, in this order."""
    there = [line.strip() for line in source.read_text(encoding="utf-8").splitlines()]
    at = 0
    for line in text.splitlines()[1:]:
        if line.strip():
            assert line.strip() in there[at:], f"{source.name} has no line {line.strip()!r} there"
            at = there.index(line.strip(), at) + 1


@contextmanager
def object_store(patch: pytest.MonkeyPatch, pictures: Path) -> Iterator[None]:
    """``s3://logins`` with these pictures and an empty ``s3://results``, on this machine."""
    from moto.server import ThreadedMotoServer
    from pyarrow import fs

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.setenv(name, "made-up")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    store = fs.S3FileSystem(endpoint_override=f"http://{host}:{port}", allow_bucket_creation=True)
    for bucket in ("logins", "results"):
        store.create_dir(bucket)
    fs.copy_files(str(pictures), "logins/2026", destination_filesystem=store)
    try:
        yield
    finally:
        server.stop()


class PageRun:
    """One page in a folder of its own; ``folder`` holds ``world``."""

    def __init__(self, page: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._page, self._folder, self._patch = page, folder, patch
        self._world = folder / "world"
        self._shims = folder / page_shim.SHIMS
        self._state = folder / "state.json"
        self._names: dict[str, Any] = {"__name__": "__page__"}
        self._port = free_port()
        self._log: list[str] = []
        self._end = ExitStack()

    def __enter__(self) -> PageRun:
        hub = self._end.enter_context(running_hub())
        self._patch.chdir(self._world)
        home = self._folder / "home"
        home.mkdir()
        # a status that is an error ends the block
        (home / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
        environment = {
            page_shim.STATE: str(self._state),
            "PATH": f"{self._shims}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(self._folder / "hf"),
            "HF_TOKEN": TOKEN,
            "HF_HUB_DISABLE_XET": "1",
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "100",
        }
        for name, value in environment.items():
            self._patch.setenv(name, value)
        for name in [n for n in os.environ if n.startswith("SPOOFCUE_")]:
            self._patch.delenv(name)
        given = [p.relative_to(self._world).as_posix() for p in self._world.glob("*")]
        given += [p.relative_to(self._world).as_posix() for p in self._world.glob("*/*")]
        state = {"not_run": [], "programs": {}, "port": self._port, "given": given}
        self._state.write_text(json.dumps(state))
        if "s3://" in (ROOT / self._page).read_text(encoding="utf-8"):
            self._end.enter_context(object_store(self._patch, self._world / "archive"))
        return self

    def __exit__(self, *error: object) -> None:
        state = json.loads(self._state.read_text())
        page_shim.stop_service(state)
        self._end.close()
        LOGS.mkdir(parents=True, exist_ok=True)
        name = self._page.replace("/", "-").removesuffix(".md")
        (LOGS / f"{name}.txt").write_text("".join(self._log))

    def block(self, block: Block) -> None:
        """Run it, or hold it against the programs that it calls."""
        where = f"{self._page}, line {block.line}"
        self._log.append(f"\n=== {where}\n")
        try:
            self._one(block)
        except (Exception, SystemExit) as error:
            raise AssertionError(f"{where}: {error}\n{''.join(self._log[-3:])}") from error

    def _one(self, block: Block) -> None:
        marks, language = block.marks, block.language
        if language.startswith("{") or language in PLAIN:
            return
        if language in SHELL:
            text = block.text
            if language == "console":
                text = "".join(f"{line}\n" for line in re.findall(r"^\$ (.*)", text, re.MULTILINE))
            if not block.is_run:
                self._log.append(f"not run: {marks.reason}\n{text}")
                check_script(text)
                return
            self._shell(marks.before, [])
            self._shell(text, marks.beginnings)
        elif language == "python":
            if not block.is_run:
                self._log.append(f"not run: {marks.reason}\n{block.text}")
                compile(block.text, self._page, "exec")
                return
            if excerpt := EXCERPT.match(block.text):
                check_excerpt(ROOT / "src" / excerpt["name"], block.text)
                return
            self._python(marks.before)
            self._python(block.text)
        elif language in DATA:
            DATA[language](block.text)
            if named := NAMED.match(block.text):
                (self._world / named["name"]).write_text(block.text)
        elif not marks.reason:
            raise AssertionError(
                f"nobody runs a block of the language {language!r}: name another, or say above "
                "it why it is not run"
            )

    def _here(self, text: str) -> str:
        """The service of this page has a port of its own, since pages are run side by side."""
        return re.sub(r"(127\.0\.0\.1|localhost):8000", rf"\1:{self._port}", text)

    def _shell(self, script: str, not_run: list[str]) -> None:
        if not script.strip():
            return
        programs = {"spoofcue", "pip", "uv", *(beginning.split()[0] for beginning in not_run)}
        shutil.rmtree(self._shims, ignore_errors=True)
        found = {name: shutil.which(name) or "" for name in programs}
        state = json.loads(self._state.read_text())
        self._state.write_text(json.dumps(state | {"not_run": not_run, "programs": found}))
        self._shims.mkdir()
        for name in programs:
            shim = self._shims / name
            shim.write_text(f'#!/bin/sh\nexec {sys.executable} {page_shim.__file__} {name} "$@"\n')
            shim.chmod(0o755)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", self._here(script)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=BLOCK_S, check=False,
        )  # fmt: skip
        self._log.append(done.stdout)
        assert done.returncode == 0, f"the shell ends with {done.returncode}"

    def _python(self, code: str) -> None:
        self._log.append(code)
        try:
            exec(compile(self._here(code), self._page, "exec"), self._names)
        except Exception:
            self._log.append(traceback.format_exc())
            raise
