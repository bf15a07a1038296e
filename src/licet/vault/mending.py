"""Bringing two replicas and the epochs together when a keyring is opened, and looking at them.

The rules are those of :mod:`licet.vault.keyring`, numbers 4 to 6.
"""

from collections.abc import Callable, Iterator

from licet.terms.errors import Corrupt, KeyAbsent
from licet.terms.ids import new_id
from licet.vault.replicas import ENDED, Replicas, State, move_away
from licet.vault.service import KeyService


def bring_together(
    replicas: Replicas, service: KeyService, at: Callable[[str], None]
) -> tuple[str, ...]:
    """Make both replicas the same and leave one epoch; return what had to be mended.

    Takes the write lock only when there is something to do. Raises KeyAbsent, Corrupt.
    """
    if _is_settled(replicas, service):
        return ()
    with replicas.writing("reconcile", at):
        reports = _mend(replicas, service)
    at("keyring.reconcile.committed")
    with replicas.writing("epoch", at):
        _settle_epoch(replicas, service, at)
    at("keyring.epoch.committed")
    return reports


def destroy_stale(service: KeyService, *current: str) -> None:
    """Destroy every epoch but ``current``. The caller holds the write lock: nobody is turning."""
    for epoch in service.epochs():
        if epoch not in current:
            service.destroy(epoch)


def damages(replicas: Replicas) -> tuple[str, ...]:
    """Return what SQLite finds wrong in either file."""
    return tuple(
        f"{path} is damaged: {what}. {move_away(path)}"
        for which, path in enumerate(replicas.paths)
        for what in _damage(replicas, which)
    )


def differences(replicas: Replicas) -> Iterator[str]:
    """Yield what is not the same in both replicas."""
    with replicas.reading():
        if not _same(replicas, replicas.state(0), replicas.state(1)):
            yield "the replicas differ in generation, epoch or number; open the keyring again"
        for which, path in enumerate(replicas.paths):
            count = replicas.count_unlike(which)
            if count:
                yield f"{count} keys of {path} are not the same in the other replica"


def _is_settled(replicas: Replicas, service: KeyService) -> bool:
    with replicas.reading():
        main, replica = replicas.state(0), replicas.state(1)
        same = _same(replicas, main, replica)
    if main is None or not same:
        return False
    return service.epochs() == (() if main.epoch == ENDED else (main.epoch,))


def _same(replicas: Replicas, main: State | None, replica: State | None) -> bool:
    if main is None or replica is None or main != replica:
        return False
    return replicas.count(0) == replicas.count(1)


def _mend(replicas: Replicas, service: KeyService) -> tuple[str, ...]:
    main, replica = replicas.state(0), replicas.state(1)
    if main is None and replica is None:
        _begin(replicas, service)
        return ()
    if main is None and replica is not None:
        return (_rebuild(replicas, 1, replica),)
    if main is not None and replica is None:
        return (_rebuild(replicas, 0, main),)
    if main is None or replica is None or _same(replicas, main, replica):
        return ()
    return _merge(replicas, main, replica)


def _begin(replicas: Replicas, service: KeyService) -> None:
    """Rule 6: begin a keyring, without an epoch yet."""
    if service.epochs():
        raise KeyAbsent(
            "both replicas of the keyring are missing, but the key service holds an epoch",
            "Bring one replica back. If both are lost, all keys are lost: "
            "empty the key service's folder to begin anew",
        )
    replicas.make_schema(0)
    replicas.make_schema(1)
    replicas.put_state(new_id(), 0, "")


def _rebuild(replicas: Replicas, source: int, state: State) -> str:
    replicas.make_schema(1 - source)
    replicas.copy(source)
    replicas.put_state(state.keyring, state.generation, state.epoch)
    made, whole = replicas.paths[1 - source], replicas.paths[source]
    return (
        f"{made} was missing or empty; made again from {whole} with {replicas.count(source)} keys"
    )


def _merge(replicas: Replicas, main: State, replica: State) -> tuple[str, ...]:
    """Rule 5. The higher generation holds what was made later."""
    if main.keyring != replica.keyring:
        paths = " and ".join(str(path) for path in replicas.paths)
        raise Corrupt(f"{paths} are replicas of different keyrings", "Check the settings")
    newer, ahead, behind = 0, main, replica
    if replica.generation > main.generation:
        newer, ahead, behind = 1, replica, main
    dropped = replicas.drop_deleted_elsewhere(newer, behind.generation)
    replicas.copy(newer)
    replicas.put_state(ahead.keyring, ahead.generation + 1, ahead.epoch)
    lagged = replicas.paths[1 - newer]
    brought = f"the replicas differed; {lagged} was brought to generation {ahead.generation + 1}"
    return (f"{brought}; {dropped} keys that it no longer had are shredded in both",)


def _settle_epoch(replicas: Replicas, service: KeyService, at: Callable[[str], None]) -> None:
    """Make the first epoch, or destroy those that a killed turn left (rule 4)."""
    state = replicas.state(0)
    if state is None:
        raise Corrupt("the keyring was emptied under us", "Open it again")
    if state.epoch == ENDED:
        destroy_stale(service)
        return
    epoch = state.epoch or service.new_epoch()
    at("keyring.epoch.made")
    replicas.put_state(state.keyring, state.generation, epoch)
    if epoch not in service.epochs():
        raise KeyAbsent(
            f"the keyring's epoch {epoch} is not in the key service",
            "Bring the epoch key back. If it is lost, all keys are lost: "
            "move both replicas away and empty the key service's folder to begin anew",
        )
    destroy_stale(service, epoch)


def _damage(replicas: Replicas, which: int) -> tuple[str, ...]:
    try:
        return replicas.damage(which)
    except Corrupt as error:
        return (error.what,)
