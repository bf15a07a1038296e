"""What a run over a source did, in sentences."""

from licet.terms.collecting import Collected


def lines(done: Collected) -> tuple[str, ...]:
    """Return what a run did, with the photos that could not be read."""
    said = [
        f"{done.items} photos looked at, {done.known} known before, {done.faces} faces.",
        (
            f"  kept: {done.appearances} appearances, {done.suggestions} suggestions; "
            "every other face is forgotten, its box kept so that it can be covered"
        ),
    ]
    if done.unreadable_count:
        said.append(f"  {done.unreadable_count} could not be read:")
        said += [f"    {address}: {reason}" for address, reason in done.unreadable]
    if done.unreadable_count > len(done.unreadable):
        said.append(f"    and {done.unreadable_count - len(done.unreadable)} more")
    return tuple(said)
