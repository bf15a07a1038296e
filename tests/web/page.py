"""Writes ``docs/reference/api.json`` from the routes themselves: ``python -m tests.web.page``."""

from types import SimpleNamespace

from licet.web.api.document import written
from licet.web.door import opened
from tests.gates.tree import ROOT
from tests.web.doors import SERVING

if __name__ == "__main__":
    nowhere = SimpleNamespace(settings=SimpleNamespace(oidc_issuer=""), clock=None)
    text = written(opened(nowhere, SERVING))  # type: ignore[arg-type]
    (ROOT / "docs/reference/api.json").write_text(text, encoding="utf-8")
