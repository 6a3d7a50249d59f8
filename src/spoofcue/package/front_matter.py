"""The YAML head of a model card that model hubs read."""

from __future__ import annotations

import json
import re

from spoofcue.package.schema import PackageSpec

TAGS = ("face-anti-spoofing", "liveness-detection", "presentation-attack-detection", "lgsc")
DEFAULT_LICENCE = "apache-2.0"
# of the Hugging Face hub's list; any other is "other" there, with a name
KNOWN_LICENCES = frozenset(
    {
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "gpl-3.0", "agpl-3.0", "lgpl-3.0"),
        *("mpl-2.0", "openrail", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0"),
        *("cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "unlicense"),
    }
)


def front_matter(spec: PackageSpec) -> str:
    """From ``---`` to ``---``; each value is JSON, which YAML holds, so no text can end it."""
    licence = (spec.card.licence if spec.card else None) or DEFAULT_LICENCE
    known = licence.lower() in KNOWN_LICENCES
    fields: dict[str, str | list[str]] = {"license": licence.lower() if known else "other"}
    if not known:
        # the hub takes a name without blanks
        fields["license_name"] = re.sub(r"[^a-z0-9.]+", "-", licence.lower()).strip("-") or "other"
    fields |= {
        "library_name": "spoofcue",
        "pipeline_tag": "image-classification",
        "tags": list(TAGS),
    }
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return f"---\n{lines}\n---"
