"""What a run over a source did, in sentences."""

from licet.cli.output import count
from licet.terms.collecting import Collected


def lines(done: Collected) -> tuple[str, ...]:
    """Return what a run did, with the photos that could not be read."""
    kept = f"{count(done.appearances, 'appearance')}, {count(done.suggestions, 'suggestion')}"
    seen = f"{count(done.items, 'photo')} looked at, {done.known} known before"
    said = [
        f"{seen}, {count(done.faces, 'face')}.",
        f"  kept: {kept}; other faces are forgotten, their boxes kept to cover them",
    ]
    if done.unreadable_count:
        said.append(f"  {done.unreadable_count} could not be read:")
        said += [f"    {address}: {reason}" for address, reason in done.unreadable]
    if done.unreadable_count > len(done.unreadable):
        said.append(f"    and {done.unreadable_count - len(done.unreadable)} more")
    return tuple(said)
