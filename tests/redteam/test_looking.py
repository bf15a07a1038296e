"""Searching, showing and verifying: no more than the case, the source and the day allow."""

from licet.collect import collect
from licet.effects.blocking import place
from licet.granting import withdraw
from licet.reviewing import close, review
from licet.search import Choice, search
from licet.show import show
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import NotFound
from licet.terms.ids import CaseId, GrantId, ItemId, MemberId
from licet.terms.organisation import Role
from licet.terms.permit import Block, Refusal
from licet.terms.search import Finding, SearchResult, SearchState
from licet.terms.source import Source
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.redteam.holes import refused
from tests.redteam.real import RealWorld


def _collected(world: World, **photos: bytes) -> tuple[Source, ItemId]:
    source = world.source(world.folder(**photos))
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    with world.app.store.read() as reader:
        return source, reader.items.of_source(source.id, None, 10)[0].id


def _searched(world: World, case: CaseId, probe: bytes, face: int | None = None) -> SearchResult:
    who = world.who("investigator")
    found = search(world.app, who, case, CLEARANCE, probe, Choice(face=face))
    assert isinstance(found, SearchResult), found
    return found


def test_an_organisation_waits_a_day(real: RealWorld) -> None:
    """Neither the list nor the picture shows an item younger than 24 h."""
    grant, _ = real.enrolled("anna")
    real.collected(real.source(real.folder(a=photo("anna"))))
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe), "investigator")
    found = search(real.app, who, case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    assert [one.grant for one in found.candidates] == [grant]
    assert found.candidates[0].appearances == ()


def test_a_case_shows_only_people_it_found(world: World) -> None:
    """One approved case about anybody follows everybody under its purpose."""
    world.enrolled("anna")
    bea, _ = world.enrolled("bea")
    _, item = _collected(world, a=photo("bea"))
    probe = photo("anna", shot=9)
    case = world.case(probe, cap=1)
    _searched(world, case, probe)
    assert refused(lambda: show(world.app, world.who("investigator"), item, bea, case))


def test_asking_whether_somebody_is_in_a_photo_leaves_an_entry(world: World) -> None:
    """A no is an answer about a person: whoever got it must stand in the ledger."""
    anna, _ = world.enrolled("anna")
    _, item = _collected(world, a=photo("stranger"))
    probe = photo("anna", shot=9)
    case = world.case(probe)
    _searched(world, case, probe)
    before = world.app.store.head().size
    try:
        show(world.app, world.who("investigator"), item, anna, case)
    except NotFound:
        assert world.app.store.head().size > before


def test_a_group_photo_is_not_one_person(world: World) -> None:
    """Five group photos, three searches each: fifteen people in a case of five."""
    probe = photo("anna", "bea", "cara")
    case = world.case(probe, cap=1)
    who = world.who("investigator")
    _searched(world, case, probe, 1)
    second = search(world.app, who, case, CLEARANCE, probe, Choice(face=2))
    assert isinstance(second, Refusal)


def test_verifiers_are_not_shopped_for(world: World) -> None:
    """Two spoke and did not agree: that candidate is decided."""
    from licet.governance import add_member
    from licet.terms.governing import MemberWish

    wish = MemberWish(world.organisation, "third", frozenset({Role.VERIFIER}), b"t" * 32)
    added = add_member(world.app, world.who("steward", "officer"), wish)
    world.people["third"] = MemberId(str(added))
    world.enrolled("anna")
    _twin(world)
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    assert len(found.candidates) == 2
    first = found.candidates[0].id
    review(world.app, world.who("verifier"), first, Finding.SAME)
    review(world.app, world.who("second"), first, Finding.DIFFERENT)
    lead = []
    refused(
        lambda: lead.append(review(world.app, world.who("third"), first, Finding.SAME)) or lead[0]
    )
    assert not any(getattr(one, "lead", False) for one in lead)


def _twin(world: World) -> GrantId:
    """Keep a second person whose reference is near anna's: as a twin's would be."""
    from licet.effects.record import record_machine
    from licet.effects.sealed import grant_key
    from licet.terms.gallery import TemplateKind
    from licet.terms.ids import TemplateId, new_id
    from licet.terms.ledger import EntryKind
    from licet.terms.payload import ReferencePayload, to_bytes
    from licet.terms.stored import StoredTemplate
    from licet.vault.seal import seal
    from tests.fakes.vision import MODEL, features, template

    grant, _ = world.granted("twin")
    made = TemplateId(new_id())
    values = template(features("anna", 0.2, "twin")).values
    key = world.app.keyring.get(grant_key(grant))
    sealed = seal(key, to_bytes(ReferencePayload(values, 3)), f"template:{made}")
    with world.app.store.unit() as unit:
        leaf = record_machine(unit, EntryKind.ENROLLED, (("grant", grant),))
        kind = TemplateKind.REFERENCE
        unit.templates.add(StoredTemplate(made, grant, kind, MODEL, sealed, None, leaf))
    return grant


def test_a_lead_stays_a_lead(world: World) -> None:
    """Who was found by two verifiers must not read *closed* in their own history."""
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    for name in ("verifier", "second"):
        done = review(world.app, world.who(name), found.candidates[0].id, Finding.SAME)
    assert done.lead
    world.clock.go(days=31)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.searches.get(found.id).state is SearchState.LEAD


def test_a_closed_search_keeps_no_suspects(world: World) -> None:
    """Whom a search wrongly named need not be known a year later (GDPR 5(1)(e))."""
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    close(world.app, found.id)
    world.clock.go(days=300)
    run_once(world.app)
    with world.app.store.read() as reader:
        assert reader.searches.candidates(found.id) == ()


def test_a_withdrawal_takes_the_person_off_the_lists(world: World) -> None:
    """Nothing about the grant is left where its purpose ended."""
    anna, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    withdraw(world.app, SUBJECT, anna)
    with world.app.store.read() as reader:
        assert reader.searches.candidates(found.id) == ()


def test_a_withdrawn_candidate_is_not_verified(world: World) -> None:
    """Refused ``grant_ended``: the list is older than the person's no."""
    anna, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    withdraw(world.app, SUBJECT, anna)
    who = world.who("verifier")
    assert refused(lambda: review(world.app, who, found.candidates[0].id, Finding.SAME))


def test_nothing_is_read_from_a_source_that_ceased(world: World) -> None:
    """Invariant 2: a fetch implies a live authority of that source."""
    anna, _ = world.enrolled("anna")
    source, item = _collected(world, a=photo("anna"))
    cease_source(world.app, world.who("steward"), source.id)
    assert refused(lambda: show(world.app, SUBJECT, item, anna))


def test_nothing_is_read_when_the_licence_is_over(world: World) -> None:
    """Invariant 2, by time."""
    anna, _ = world.enrolled("anna", days=300)
    source = world.source(world.folder(a=photo("anna")), valid_to=world.clock().replace(month=4))
    collect(world.app, world.who("steward"), source.id)
    with world.app.store.read() as reader:
        (item,) = reader.items.of_source(source.id, None, 10)
    world.clock.go(days=60)
    assert refused(lambda: show(world.app, SUBJECT, item.id, anna))


def test_a_blocked_source_shows_nothing(world: World) -> None:
    """An authority blocked the use of this source's items."""
    anna, _ = world.enrolled("anna")
    source, item = _collected(world, a=photo("anna"))
    with world.app.store.unit() as unit:
        place(unit, Block(source=source.id, collecting=True, use=True), "order")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    _searched(world, case, probe)
    assert refused(lambda: show(world.app, world.who("investigator"), item, anna, case))


def test_a_blocked_source_is_on_no_list(world: World) -> None:
    """Its addresses and boxes are still handed to the investigator."""
    world.enrolled("anna")
    source, _ = _collected(world, a=photo("anna"))
    with world.app.store.unit() as unit:
        place(unit, Block(source=source.id, collecting=True, use=True), "order")
    probe = photo("anna", shot=9)
    found = _searched(world, world.case(probe), probe)
    assert all(one.appearances == () for one in found.candidates)


def test_a_source_is_the_place_that_was_proved(world: World) -> None:
    """Control was proved of one folder; a crowd's photos are read under it."""
    world.enrolled("anna")
    album = world.folder(a=photo("anna"))
    source = world.source(album)
    crowd = world.folder("crowd", b=photo("anna", "stranger"))
    crowd.chmod(0o777)
    album.rename(album.with_name("away"))
    album.symlink_to(crowd)
    assert refused(lambda: collect(world.app, world.who("steward"), source.id))


def test_a_source_is_not_swapped_for_another_own_folder(world: World) -> None:
    """Origin, bystander condition and licence were stated for one folder, not for this one."""
    world.enrolled("anna")
    album = world.folder(a=photo("anna"))
    source = world.source(album)
    crowd = world.folder("crowd", b=photo("anna", "stranger"))
    album.rename(album.with_name("away"))
    album.symlink_to(crowd)
    assert refused(lambda: collect(world.app, world.who("steward"), source.id))


def test_no_picture_comes_from_a_place_that_was_swapped(world: World) -> None:
    """The same photo in a folder that everybody may write into is not this source's."""
    anna, _ = world.enrolled("anna")
    album = world.folder(a=photo("anna"))
    _, item = _collected(world, a=photo("anna"))
    crowd = world.folder("crowd", a=photo("anna"))
    crowd.chmod(0o777)
    album.rename(album.with_name("away"))
    album.symlink_to(crowd)
    assert refused(lambda: show(world.app, SUBJECT, item, anna))
