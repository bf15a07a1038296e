"""Warnings of people's requests: once a step, of what waits for a human, and not by the hundred."""

from dataclasses import replace
from datetime import timedelta

from licet.doctor import Weight, examine
from licet.effects.warning import MAILED, _warn_of_request
from licet.rights.answering import answer_now
from licet.rights.intake import prove, receive
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from licet.terms.ids import RequestId
from licet.terms.rights import Decided, Received, Request, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.worker.ordering import asked, kinds_told, searched


def _written(world: World, name: str, kind: RightKind = RightKind.RECTIFICATION) -> RequestId:
    """Somebody writes what a human must read, and proves their mailbox."""
    wish = RequestWish(kind, f"{name}@example.org", name, "That is not my name.")
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    prove(world.app, done.request, world.outbox.code())
    return done.request


def _request(world: World, request: RequestId) -> Request:
    with world.app.store.read() as reader:
        found = reader.requests.get(request)
    assert found is not None
    return found


def _alarms(world: World) -> list[str]:
    return [one.subject for one in world.outbox.letters if one.subject.startswith("Alarm")]


def test_a_request_is_warned_of_a_week_before_two_days_before_and_when_it_is_late(
    world: World,
) -> None:
    """Once each, whoever runs late and however often one looks; answered, it is silent."""
    request = _written(world, "anna")
    due = _request(world, request).due
    seen = []
    for days in (-8, -6, -5, -1.5, -1, 0.5, 20):
        world.clock.now = due + timedelta(days=days)
        late = run_once(world.app).late
        run_once(world.app)
        seen.append((late, len(_alarms(world))))
    assert seen == [(0, 0), (0, 1), (0, 1), (0, 2), (0, 2), (1, 3), (1, 3)]
    near, late_ = _alarms(world)[0], _alarms(world)[-1]
    assert near == "Alarm: the time to answer somebody's request is nearly over"
    assert late_ == "Alarm: the time to answer somebody's request is over"
    text = world.outbox.letters[-1].text
    assert request in text
    assert "anna" not in text
    done = answer_now(world.app, world.who("officer"), request, "It is corrected.")
    assert isinstance(done, Decided), done
    run_once(world.app)
    world.clock.go(days=40)
    run_once(world.app)
    assert len(_alarms(world)) == 3


def test_a_hundred_letters_of_strangers_fill_no_mailbox(world: World) -> None:
    """All of them are on record as warned of, and stand on the list."""
    more = MAILED + 2
    for n in range(more):
        wish = RequestWish(RightKind.RECTIFICATION, f"s{n}@example.org", f"s{n}", "No.")
        assert isinstance(receive(world.app, SUBJECT, wish), Received)
    world.clock.go(days=60)
    assert run_once(world.app).late == more
    run_once(world.app)
    assert len(_alarms(world)) == MAILED
    assert kinds_told(world).count("alerted") == more


def test_what_is_being_answered_is_no_alarm_before_its_last_two_days(world: World) -> None:
    """An answer that cannot be delivered is one, before it is late."""
    world.enrolled("anna")
    searched(world, "anna")
    request = asked(world, "anna").request

    def down(_message: object) -> None:
        raise Busy("the mail server does not answer", "Try again.")

    world.outbox.send = down  # type: ignore[method-assign]
    due = _request(world, request).due
    seen = []
    for days in (-6, -1):
        world.clock.now = due + timedelta(days=days)
        run_once(world.app)
        seen.append(kinds_told(world).count("alerted"))
    assert _request(world, request).plan is not None
    assert seen == [0, 1]


def test_the_unit_of_work_looks_again(world: World) -> None:
    """Between looking and warning somebody may have warned, or answered."""
    request = _request(world, _written(world, "anna"))
    other = _request(world, _written(world, "bea"))
    world.clock.go(days=60)
    for _ in range(2):
        _warn_of_request(world.app, request, mail=True)
        assert kinds_told(world).count("alerted") == 1
    said = answer_now(world.app, world.who("officer"), other.id, "It is corrected.")
    assert isinstance(said, Decided), said
    run_once(world.app)
    warned = kinds_told(world).count("alerted")
    _warn_of_request(world.app, other, mail=True)
    assert kinds_told(world).count("alerted") == warned


def test_the_doctor_says_that_nobody_gets_mail(world: World) -> None:
    _written(world, "anna")
    settings = settings_of(world.home, world.url)
    silent = settings.model_copy(update={"alerts_to": "whoever is there"})
    app = replace(world.reopen(), settings=silent)
    found = examine(settings, world.clock, lambda _settings: app).findings
    says = [(one.weight, one.says) for one in found if one.part == "terms"]
    assert says == [(Weight.WATCH, "nobody is warned by mail of what runs out")]
