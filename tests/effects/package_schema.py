"""Writes the JSON Schema of ``package.json`` from the dataclasses that it is made of.

``python -m tests.effects.package_schema`` writes it beside them and into the docs.
"""

import json
from typing import Any

from pydantic import TypeAdapter

from licet.effects.packing.parts import Package
from tests.gates.tree import ROOT

SHIPPED = ROOT / "src/licet/effects/packing/package.schema.json"
DOCUMENTED = ROOT / "docs/formats/package.schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the schema: every part is needed and no other is allowed."""
    made = TypeAdapter(Package).json_schema(ref_template="#/$defs/{model}")
    for part in (made, *made["$defs"].values()):
        part["additionalProperties"] = False
        part["required"] = sorted(part["properties"])
        for name, value in part["properties"].items():
            value.pop("title", None)
            if name in {"count", "entry", "people", "one_in", "in_scope", "letters", "tries"}:
                value["minimum"] = 0
        part.pop("title", None)
        part["description"] = " ".join(part["description"].split())
    return {"$schema": DRAFT, "title": "licet package v1", **made}


def text() -> str:
    """Return the schema as it is written."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for place in (SHIPPED, DOCUMENTED):
        place.write_text(text(), encoding="utf-8")
