"""A software bill of materials (CycloneDX) of a wheel: what it needs, and what it holds of others.

    python .ci/sbom.py dist/spoofcue-0.1.0-py3-none-any.whl --out sbom.cdx.json

Packages are those of a fresh environment with the base and the service, as cyclonedx-py finds
them. No package manager knows of the models in the wheel, so they are added from NOTICE: each with
its licence, where it is from, and the SHA-256 of its files. Needs uv.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from install_matrix import uv_program, variables
from install_trials import ROOT

CYCLONEDX = "cyclonedx-bom>=7,<8"
FIELDS = re.compile(r"^  (file|files|licence|source) +(.+(?:\n {11}\S.*)*)", re.MULTILINE)


def bundled(wheel: Path) -> list[dict[str, Any]]:
    """The components that NOTICE names, with the hashes of their files in the wheel.

    Raises:
        SystemExit: a file of NOTICE is not in the wheel, or an entry lacks a part.
    """
    components = []
    with zipfile.ZipFile(wheel) as archive:
        for entry in (ROOT / "NOTICE").read_text(encoding="utf-8").split("\n\n")[2:]:
            title, _, rest = entry.partition("\n")
            fields = {name.rstrip("s"): value for name, value in FIELDS.findall(rest)}
            if missing := {"file", "licence", "source"} - fields.keys():
                raise SystemExit(f"NOTICE, {title}: no {', '.join(sorted(missing))}")
            paths = re.findall(r"src/(spoofcue/\S+?\.\w+)[,:]?(?=\s)", fields["file"] + "\n")
            holder = re.search(r"Copyright [^(,]*(?:\(c\) [^(,]+)?", fields["licence"])
            if not paths or holder is None:
                raise SystemExit(f"NOTICE, {title}: no file is named, or no holder of copyright")
            component = {
                "type": "machine-learning-model",
                "bom-ref": f"bundled:{title.split(',')[0]}",
                "name": title.split(",")[0],
                "description": title,
                "licenses": [{"license": {"id": fields["licence"].split(",")[0]}}],
                "copyright": holder[0].strip(),
                "externalReferences": [{"type": "distribution", "url": fields["source"]}],
                "components": [
                    {
                        "type": "file",
                        "bom-ref": f"bundled:{path}",
                        "name": path,
                        "hashes": [
                            {
                                "alg": "SHA-256",
                                "content": hashlib.sha256(archive.read(path)).hexdigest(),
                            }
                        ],
                    }
                    for path in paths
                ],
            }
            components.append(component)
    return components


def packages(wheel: Path) -> dict[str, Any]:
    """The document of a fresh environment with the wheel and its service."""
    uv, settings = uv_program(), variables()
    with tempfile.TemporaryDirectory(prefix="spoofcue-sbom-") as scratch:
        environment = Path(scratch) / "environment"
        python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        out = Path(scratch) / "sbom.json"
        name = f"spoofcue[serve] @ {wheel.resolve().as_uri()}"
        tool = [*uv, "tool", "run", "-q", "--from", CYCLONEDX, "cyclonedx-py"]
        asked = ["environment", "--pyproject", str(ROOT / "pyproject.toml"), "--spec-version"]
        for command in (
            [*uv, "venv", "-q", "-p", sys.executable, str(environment)],
            [*uv, "pip", "install", "-q", "-p", str(python), name],
            [*tool, *asked, "1.6", "--output-reproducible", "-o", str(out), str(python)],
        ):
            subprocess.run(command, check=True, env=settings)
        return json.loads(out.read_text(encoding="utf-8"))


def main() -> None:
    """Write the document."""
    parser = argparse.ArgumentParser(description="A CycloneDX SBOM of a wheel.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=Path("sbom.cdx.json"))
    given = parser.parse_args()
    document = packages(given.wheel)
    ours = document["metadata"]["component"]
    ours["version"] = given.wheel.name.split("-")[1]
    ours["hashes"] = [
        {"alg": "SHA-256", "content": hashlib.sha256(given.wheel.read_bytes()).hexdigest()}
    ]
    ours["components"] = bundled(given.wheel)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    held = ", ".join(c["name"] for c in ours["components"])
    print(f"{given.out}: {len(document['components'])} packages; in the wheel: {held}")


if __name__ == "__main__":
    main()
