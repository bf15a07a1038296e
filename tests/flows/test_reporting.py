"""Reports: who may have one made, what is in it, and what never is."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from licet.cli import signing
from licet.collect import collect
from licet.effects.reporting.pages import page, pdf
from licet.effects.reporting.proving import signed_report
from licet.governance import add_member, add_organisation
from licet.ledger.findings import UNWITNESSED
from licet.ledger.report import take_report
from licet.ledger.verify_report import verify_report
from licet.reporting import Reported, report
from licet.rights.intake import receive
from licet.rights.watching import place
from licet.search import search
from licet.terms.acting import WORKER, Who
from licet.terms.breaching import CanaryWish
from licet.terms.duties import Residence, Safeguard, StoreName, Transfer
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import (
    AuthorityId,
    MemberId,
    OrganisationId,
    SourceId,
    Territory,
    TransferId,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import By, Refusal
from licet.terms.reporting import Paper, ReportKind, ReportWish, Section
from licet.terms.rights import Received, RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.terms.source import Authority, Control, ItemPolicy, SourceKind, SourceState
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.vision import photo
from tests.fakes.web import http_server
from tests.fakes.witness import LocalWitness
from tests.redteam.real import new_real_world

MUSEUM = "The City Museum"


def _museum(world: World) -> tuple[OrganisationId, Who]:
    """Let a second organisation in, with an auditor of its own."""
    two, now = world.who("steward", "officer"), world.clock()
    contact = "karla@museum.example"
    wish = OrganisationWish(
        MUSEUM, OrganisationKind.RECIPIENT, "ab" * 32, now, now + timedelta(days=90), contact
    )
    found = add_organisation(world.app, two, wish)
    assert isinstance(found, str), found
    organisation = OrganisationId(found)
    member = MemberWish(organisation, "karla", frozenset({Role.AUDITOR}), bytes([77]) * 32)
    added = add_member(world.app, two, member)
    assert isinstance(added, str), added
    return organisation, Who(By.MEMBER, (MemberId(added),))


def _made(world: World, kind: ReportKind, period: str = "") -> Reported:
    wish = ReportWish(kind, period, world.organisation if kind is ReportKind.USAGE else None)
    made = report(world.app, world.who("officer"), wish)
    assert isinstance(made, Reported), made
    return made


def _searched(world: World, *names: str) -> None:
    probes = [photo(name, shot=9) for name in names]
    case = world.case(*probes, reference="Karla v. harbour")
    for probe in probes:
        found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
        assert isinstance(found, SearchResult), found


def _section(paper: Paper, name: str) -> Section:
    (found,) = [one for one in paper.sections if one.name == name]
    return found


def _told(paper: Paper, name: str) -> dict[str, str]:
    return {row[0]: row[-1] for row in _section(paper, name).rows}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a world in which something of everything happened; it is only read."""
    home = tmp_path_factory.mktemp("reports")
    world = new_world(home / "home", f"sqlite:///{home / 'licet.db'}")
    world.enrolled("anna")
    source = world.source(world.folder(quay=photo("anna", "bert")), "harbour photos")
    collect(world.app, world.who("steward"), source.id)
    wish = RequestWish(RightKind.ACCESS, "bert@example.org", words="what do you know of me")
    assert isinstance(receive(world.app, world.who("officer"), wish), Received)
    _museum(world)
    _searched(world, "anna", "carl")
    with world.app.store.unit() as unit:
        france, away = Territory("FR"), Territory("CH")
        unit.papers.put_residence(Residence(StoreName.RECORDS, france, "Hosting SA", unit.now))
        safe, paper = Safeguard.ADEQUACY, "cd" * 32
        gone = Transfer(TransferId(new_id()), "Helper AG", away, safe, paper, unit.now, None)
        unit.papers.add_transfer(gone)
        unit.record(Entry(EntryKind.TRANSFER_RECORDED, unit.now))
    world.app.publish()
    yield world
    world.app.close()


ALL = (
    (ReportKind.USAGE, "2026-03"),
    (ReportKind.ANNUAL, "2026"),
    (ReportKind.PROCESSING, ""),
    (ReportKind.ASSESSMENT, ""),
)


@pytest.mark.parametrize(("kind", "period"), ALL)
def test_nothing_in_a_report_names_a_person(full: World, kind: ReportKind, period: str) -> None:
    """Neither who is searched, nor who searches, nor what anybody wrote."""
    made = _made(full, kind, period)
    assert verify_report(made.file, full.app.ledger_key.vkey).ok
    told = pdf(made.paper, full.clock())
    text = "".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(told)).pages)
    listed = b"".join(leaf.data for leaf in take_report(made.file).report.listed)
    said = (made.file + page(made.paper) + text.encode() + listed).decode().lower()
    people = ("anna", "bert", "carl", "karla", "example.org", "museum.example", "1980-05-17")
    members = ("ines", *full.people, *full.people.values())
    written = ("posters at the door", "our photographer", "binder 3", str(full.home.parent))
    roles = ("steward", "officer", "investigator", "approver", "verifier", "second")
    found = [word for word in (*people, *members, *written) if word.lower() in said]
    assert [word for word in found if word not in roles] == []
    assert "no-such-word" not in said
    assert full.app.deployment.controller.lower() in said


def test_use_is_told_as_it_was(full: World) -> None:
    made = _made(full, ReportKind.USAGE, "2026-03")
    told = _told(made.paper, "use")
    assert told["Candidate lists released"] == "2"
    assert told["of these, without a candidate"] == "1"
    assert told["Candidates on all lists together"] == "1"
    assert _told(made.paper, "purposes") == {str(CLEARANCE): "2"}
    assert made.paper.title == "Use by The Harbour Archive in 2026-03"
    february = _made(full, ReportKind.USAGE, "2026-02")
    assert _told(february.paper, "use")["Candidate lists released"] == "0"


def test_a_year_tells_of_everybody(full: World) -> None:
    made = _made(full, ReportKind.ANNUAL, "2026")
    assert _section(made.paper, "organisations").rows[0][:2] == ("The Harbour Archive", "2")
    events = _told(made.paper, "events")
    assert (events["People enrolled"], events["People's requests received"]) == ("1", "1")
    assert ("request received", "access", "1") in _section(made.paper, "told").rows
    faces = _told(made.paper, "faces")
    assert (faces["Photos collected"], faces["Faces compared in them"]) == ("1", "2")
    assert faces["Appearances kept"] == "1"
    assert faces["Appearances taken off: not this person"] == "0"
    entries = _told(made.paper, "entries")
    assert sum(map(int, entries.values())) == made.leaf
    assert _section(_made(full, ReportKind.ANNUAL, "2025").paper, "organisations").rows == ()


def test_the_records_of_processing_answer_every_letter_of_the_clause(full: World) -> None:
    made = _made(full, ReportKind.PROCESSING)
    articles = {one.article for one in made.paper.sections}
    assert {f"GDPR 30(1)({letter})" for letter in "acdf"} <= articles
    for letter in "beg":
        assert any(one.startswith(f"GDPR 30(1)({letter})") for one in articles)
    assert _told(made.paper, "recipients") == {MUSEUM: "2026-05-31"}
    places = {row[0]: row[1:] for row in _section(made.paper, "transfers").rows}
    assert places["records"] == ("FR", "Hosting SA", "")
    assert places["keys"][0] == "not stated"
    assert places["transfer to Helper AG"] == ("CH", "adequacy", "2026-03-02")
    assert _section(made.paper, "sources").rows[0][0] == "harbour photos"
    assert "People enrolled: 1." in _section(made.paper, "categories").says


def test_the_register_of_sources_can_be_published(tmp_path: Path) -> None:
    """By what right, and how to object: but no path, no file, no evidence, nobody in a photo."""
    world = new_world(tmp_path / "home", f"sqlite:///{tmp_path / 'licet.db'}")
    world.enrolled("anna")
    place = world.folder("berta-s-wedding", anna=photo("anna"))
    parts = {"retention_days": 90, "item_policy": ItemPolicy.ASK_SOURCE}
    source = world.source(place, "harbour photos", **parts)
    collect(world.app, world.who("steward"), source.id)
    site = replace(source, id=SourceId(new_id()), name="club site", kind=SourceKind.SITE)
    site = replace(site, place="https://www.club.example/members/anna/", retention_days=None)
    bare = replace(site, id=SourceId(new_id()), name="old", bystander_condition=None)
    now = world.clock()
    ended = Authority(
        AuthorityId(new_id()), bare.id, Control.DNS_RECORD, "proof", "cd" * 32,
        now - timedelta(days=60), now - timedelta(days=1), now, now,
    )  # fmt: skip
    with world.app.store.unit() as unit:
        unit.sources.add(site)
        unit.sources.add(replace(bare, state=SourceState.CEASED))
        unit.sources.add_authority(ended)
        unit.record(Entry(EntryKind.SOURCE_DECLARED, unit.now))
    world.app.publish()
    settings = world.app.settings.model_copy(update={"answer_to": "dpo@archive.example"})
    world.app = replace(world.app, settings=settings)
    made = _made(world, ReportKind.SOURCES)
    assert verify_report(made.file, world.app.ledger_key.vkey).ok
    objecting, _, theirs, ours, old, _ = made.paper.sections
    assert objecting.says[0] == "Write to dpo@archive.example."
    assert dict(ours.rows) == {
        "Kind": "folder",
        "Organisation": "The Harbour Archive",
        "State": "authorised",
        "Who took the photos": "our photographer",
        "How the people in them were told": "posters at the door",
        "Made for": "archive",
        "Other people's faces are compared because": "all pictured consented",
        "Authorised since": "2026-03-02",
        "Authorised until": "2027-03-02",
        "Control of the place proved by": "own storage",
        "Control proved last": "2026-03-02",
        "When somebody is erased, their photo": "is to be taken down: the source is asked",
        "What is noted of a photo is kept": "90 days",
    }
    assert dict(theirs.rows)["Host"] == "www.club.example"
    assert dict(theirs.rows)["Authorised"] == "never"
    assert dict(old.rows)["Authorised until"] == "it has ceased"
    assert dict(old.rows)["Other people's faces are compared because"] == "nothing allows it"
    said = (made.file + page(made.paper)).decode().lower()
    named = ("anna", "berta", "members", "binder", ".jpg", str(world.home.parent).lower())
    assert [word for word in named if word in said] == []
    world.app.close()


def test_who_answers_nowhere_says_so_in_the_register(full: World) -> None:
    settings = full.app.settings.model_copy(update={"answer_to": "", "smtp_sender": ""})
    app = replace(full.app, settings=settings)
    made = report(app, full.who("officer"), ReportWish(ReportKind.SOURCES))
    assert isinstance(made, Reported)
    assert "No address to write to" in made.paper.sections[0].says[0]


def test_the_assessment_says_what_is_missing(full: World) -> None:
    made = _made(full, ReportKind.ASSESSMENT)
    told = _told(made.paper, "description")
    assert (told["People whose data is kept"], told["of these enrolled"]) == ("2", "1")
    assert _told(made.paper, "open")["People's requests that wait for an answer"] == "1"
    said = " ".join(_section(made.paper, "missing").says)
    assert "no witness sees the ledger" in said
    assert "keys" in said
    assert "records," not in said
    for clause in ("35(7)(a)", "35(7)(b)", "35(7)(c)", "35(7)(d)"):
        assert any(clause in one.article for one in made.paper.sections)


def test_the_page_needs_nothing_and_can_be_read_aloud(full: World) -> None:
    shown = page(_made(full, ReportKind.PROCESSING).paper).decode()
    assert "<script" not in shown
    assert not re.search(r"(src|href)=", shown)
    assert '<html lang="en">' in shown
    assert shown.count("<table>") == shown.count("<thead>")
    assert not re.search(r"<th(?! scope)[ >]", shown)


def test_the_pdf_is_tagged(full: World) -> None:
    made = pdf(_made(full, ReportKind.ANNUAL, "2026").paper, full.clock())
    root = pypdf.PdfReader(BytesIO(made)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()


def test_what_others_wrote_cannot_write_into_the_page() -> None:
    bad = "<script>alert(1)</script>"
    paper = Paper(bad, bad, (bad,), (Section("x", "y", bad, (bad,), (bad,), ((bad,),)),))
    assert b"<script>" not in page(paper)


def test_each_tells_of_itself_and_the_controller_of_all(world: World) -> None:
    museum, karla = _museum(world)
    ours = ReportWish(ReportKind.USAGE, "2026-03", world.organisation)
    theirs = ReportWish(ReportKind.USAGE, "2026-03", museum)
    assert isinstance(report(world.app, karla, theirs), Reported)
    assert isinstance(report(world.app, world.who("steward"), theirs), Reported)
    for wish in (ours, ReportWish(ReportKind.ANNUAL, "2026"), ReportWish(ReportKind.PROCESSING)):
        with pytest.raises(NotFound):
            report(world.app, karla, wish)
    for who in (world.who("investigator"), Who(By.SUBJECT)):
        assert isinstance(report(world.app, who, ours), Refusal)
    with pytest.raises(NotFound):
        report(world.app, WORKER, ours)


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        (ReportKind.USAGE, "2026"),
        (ReportKind.USAGE, "2026-04"),
        (ReportKind.ANNUAL, "2027"),
        (ReportKind.ANNUAL, "2026-03"),
        (ReportKind.ANNUAL, "../etc"),
    ],
)
def test_what_is_no_period_is_told(full: World, kind: ReportKind, period: str) -> None:
    with pytest.raises(BadInput):
        _made(full, kind, period)


def test_no_report_is_about_nobody(full: World) -> None:
    for organisation in (None, OrganisationId(new_id())):
        wish = ReportWish(ReportKind.USAGE, "2026-03", organisation)
        with pytest.raises(NotFound):
            report(full.app, full.who("officer"), wish)


def test_what_happens_while_it_is_counted_is_counted(world: World) -> None:
    """Another process searches between the first count and the unit that commits."""
    world.enrolled("anna")
    _searched(world, "anna")

    def meanwhile(boundary: str) -> None:
        if boundary == "report.counted":
            _searched_once(world, "2026-18")

    app = world.reopen(at=meanwhile)
    wish = ReportWish(ReportKind.USAGE, "2026-03", world.organisation)
    made = report(app, world.who("officer"), wish)
    mirror = app.settings.place(app.settings.tiles)
    app.close()
    assert isinstance(made, Reported)
    assert made.statement.organisations[0].uses.searches == 2
    assert verify_report(made.file, world.app.ledger_key.vkey, mirror=mirror).ok


def _searched_once(world: World, reference: str) -> None:
    probe = photo("dora", shot=9)
    case = world.case(probe, reference=reference)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found


def test_a_member_signs_for_this_very_report(tmp_path: Path, store_url: str) -> None:
    world = new_real_world(tmp_path / "home", store_url)
    march = ReportWish(ReportKind.USAGE, "2026-03", world.organisation)
    signed = world.signed(signing.reporting(march), "officer")
    other = ReportWish(ReportKind.USAGE, "2026-02", world.organisation)
    assert isinstance(report(world.app, signed, march), Reported)
    assert isinstance(report(world.app, signed, other), Refusal)
    assert isinstance(report(world.app, world.who("officer"), march), Refusal)
    world.app.close()


def test_no_report_is_signed_before_its_entry_is_published(full: World) -> None:
    made = _made(full, ReportKind.USAGE, "2026-03")
    with pytest.raises(Conflict, match="not published"):
        signed_report(full.app, replace(made.statement, through=10**6), None)


def test_the_file_is_what_the_command_says(full: World) -> None:
    made = json.loads(_made(full, ReportKind.USAGE, "2026-03").file)
    assert made["statement"]["organisations"][0]["uses"]["searches"] == 2
    assert made["statement"]["through"] == made["entry"]["index"]


def test_a_witness_sees_the_report_before_it_goes_out(world: World, tmp_path: Path) -> None:
    """And one that is not there keeps nobody from publishing."""
    vkey = world.app.ledger_key.vkey
    witness = LocalWitness("w.example/1", 11, tmp_path / "w.json").knows(vkey)
    march = ReportWish(ReportKind.USAGE, "2026-03", world.organisation)
    with http_server(witness.answer) as there:
        parts = {"witnesses": (witness.vkey,), "witness_urls": (there,)}
        app = replace(world.app, settings=world.app.settings.model_copy(update=parts))
        seen = report(app, world.who("officer"), march)
    gone = report(app, world.who("officer"), march)
    assert isinstance(seen, Reported)
    assert isinstance(gone, Reported)
    found = verify_report(seen.file, vkey, (witness.vkey,))
    assert "1 witnesses saw that checkpoint: w.example/1" in found.proved
    assert UNWITNESSED not in found.rests_on_word
    assert UNWITNESSED in verify_report(gone.file, vkey, (witness.vkey,)).rests_on_word


def test_who_may_not_any_more_gets_none(world: World) -> None:
    """The decision in the unit that commits is the one that counts."""
    officer = world.who("officer")

    def meanwhile(boundary: str) -> None:
        if boundary == "report.counted":
            with world.app.store.unit() as unit:
                unit.governance.end_member(world.people["officer"])
                unit.record(Entry(EntryKind.MEMBER_ENDED, unit.now))

    app = world.reopen(at=meanwhile)
    done = report(app, officer, ReportWish(ReportKind.ANNUAL, "2026"))
    app.close()
    assert isinstance(done, Refusal)


def test_people_who_do_not_exist_are_counted_nowhere(world: World) -> None:
    world.enrolled("anna")
    wish = CanaryWish(world.organisation, CLEARANCE, "harbour.example", 2, at_once=True)
    placed = place(world.app, world.who("officer", "steward"), wish)
    assert not isinstance(placed, Refusal)
    paper = _made(world, ReportKind.ASSESSMENT).paper
    told = _told(paper, "description")
    assert (told["People whose data is kept"], told["of these enrolled"]) == ("1", "1")
    assert told["Templates kept"] == "1"
    kept = {row[0]: row[-1] for row in _section(paper, "purposes").rows}
    assert sorted(kept.values()) == ["0", "0", "0", "0", "1"]


def test_a_representative_is_named(full: World) -> None:
    deployment = replace(
        full.app.deployment, established_in_eu=False, eu_representative="Hafen GmbH"
    )
    app = replace(full.app, deployment=deployment)
    made = report(app, full.who("officer"), ReportWish(ReportKind.PROCESSING))
    assert isinstance(made, Reported)
    assert _told(made.paper, "controller")["Representative in the Union"] == "Hafen GmbH"


def test_a_month_is_read_alone_and_counted_whole(world: World) -> None:
    """Each of three months comes out as it was, and a copy of the ledger says the same."""
    for month, times in enumerate((2, 0, 1), start=3):
        for n in range(times):
            _searched_once(world, f"2026-{month}-{n}")
        world.clock.now = datetime(2026, month + 1, 1, tzinfo=UTC)
    mirror = world.app.settings.place(world.app.settings.tiles)
    for period, searches in (("2026-02", 0), ("2026-03", 2), ("2026-04", 0), ("2026-05", 1)):
        made = _made(world, ReportKind.USAGE, period)
        assert made.statement.organisations[0].uses.searches == searches
        assert verify_report(made.file, world.app.ledger_key.vkey, mirror=mirror).ok
