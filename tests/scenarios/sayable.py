"""Every name that could carry a word into a decision, a row, a setting or a command."""

import re
from dataclasses import fields
from pathlib import Path

import licet
from licet.settings import Settings
from licet.store.schema import METADATA
from licet.terms.organisation import Organisation, OrganisationKind
from licet.terms.permit import Ask, Facts, Permit, Readiness

_PAGE = Path(licet.__file__).parents[2] / "docs/reference/cli.md"


def sayable() -> dict[str, list[str]]:
    """Return the names, by where they stand."""
    tables = METADATA.tables.values()
    options = re.findall(r"--[a-z-]+", _PAGE.read_text(encoding="utf-8"))
    return {
        "decision": [one.name for kind in (Ask, Facts, Permit, Readiness) for one in fields(kind)],
        "organisation": [one.name for one in fields(Organisation)],
        "kinds": [kind.value for kind in OrganisationKind],
        "settings": list(Settings.model_fields),
        "rows": [f"{table.name}.{column.name}" for table in tables for column in table.c],
        "options": sorted({one.replace("-", "_") for one in options}),
    }
