"""``licet demo``: the main job on real photos, in a sandbox."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer, aloud

app = single()


@deed(app, "demo", Takes.NOTHING)
def demo(
    call: Call,
    out: Annotated[Path, typer.Option(help="Where the page and pictures go.")] = Path("demo-out"),
) -> Answer:
    """Show the main job on real photos, in a sandbox.

    The photos are fetched from published packages by exact version and hash.
    """
    from licet.demo.story import main

    with aloud(call.as_json):
        code = main(out, _cache())
    return Answer({"out": str(out), "code": code}, (), Exit.DONE if code == 0 else Exit.DEFECT)


def _cache() -> Path:
    """Return where fixture photos are kept: the checkout's own cache, or the account's."""
    if Path(".cache").is_dir():
        return Path(".cache/fixtures")
    import platformdirs

    return platformdirs.user_cache_path("licet") / "fixtures"
