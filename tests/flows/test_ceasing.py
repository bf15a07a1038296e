"""A notice to cease: one call stops a source and purges it, and its sender gets the proof."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.backfill import backfill
from licet.collect import collect
from licet.effects import sourcing as opening
from licet.effects import visiting
from licet.effects.purging import purge, purge_certificate
from licet.effects.sourcing import token_for
from licet.ledger.leaf import decode
from licet.ledger.verify import verify_file
from licet.sources.site.proof import TOKEN_PATH
from licet.sourcing import add_source, cease_source
from licet.terms.acting import Who
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput
from licet.terms.gallery import TemplateKind
from licet.terms.governing import CeaseNotice, NoticeFrom
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import Control, Source, SourceKind, SourceState
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.sources.site.servers import OPEN, Reply, Web, opener, prover, serve

LETTER = b"You have no right to our photos. Stop."
NOTICE = CeaseNotice(hashlib.sha256(LETTER).hexdigest(), NoticeFrom.RIGHTS_HOLDER)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """An album of two photos on a website."""
    monkeypatch.setattr(visiting, "open_site", opener())
    monkeypatch.setattr(opening, "prove_site", prover())
    site = Web()
    site.pages["/robots.txt"] = Reply("User-agent: *\nAllow: /\n", type="text/plain")
    site.page("/album/", '<img src="a.jpg"><img src="b.jpg">')
    for name, who in (("a", "anna"), ("b", "bert")):
        site.pages[f"/album/{name}.jpg"] = Reply(photo(who), type="image/jpeg")
    with serve(site):
        yield site
    while OPEN:
        OPEN.pop().close()


def _opened(world: World, web: Web, kind: SourceKind) -> Source:
    if kind is SourceKind.FOLDER:
        return world.source(world.folder("album", a=photo("anna"), b=photo("bert")))
    settings = world.app.settings.model_copy(update={"answer_to": "office@archive.example"})
    world.app = replace(world.app, settings=settings)
    token = token_for(world.app.deployment.id, world.organisation)
    web.pages[TOKEN_PATH] = Reply(token + "\n", type="text/plain")
    wish = world.source_wish(Path(), kind=kind, control=Control.WELL_KNOWN_TOKEN)
    wish = replace(wish, place=web.at("/album/"))
    opened = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(opened, Source), opened
    return opened


def _entry(world: World, kind: EntryKind) -> Entry:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in entries if one.kind is kind][-1]


def _left(world: World, source: Source) -> tuple[int, ...]:
    with world.app.store.read() as reader:
        return (
            reader.items.count(source.id),
            len(list(reader.templates.all(TemplateKind.APPEARANCE))),
            len(list(reader.suggestions.all())),
            len(reader.sources.traces(source.id)),
            len(reader.sources.visits(source.id)),
        )


@pytest.mark.parametrize("kind", [SourceKind.FOLDER, SourceKind.SITE])
def test_one_call_stops_it_purges_it_and_answers_the_sender(
    world: World, web: Web, kind: SourceKind
) -> None:
    """Row A3: after a notice 0 fetches, 0 derived rows, and a receipt."""
    grant, _ = world.enrolled("anna")
    source = _opened(world, web, kind)
    steward = world.who("steward")
    assert isinstance(collect(world.app, steward, source.id), Collected)
    assert _left(world, source)[:2] == (2, 1)
    web.asked.clear()
    ceased = cease_source(world.app, steward, source.id, NOTICE)
    assert isinstance(ceased, Source)
    assert ceased.state is SourceState.PURGED
    assert _left(world, source) == (0, 0, 0, 0, 0)
    facts = dict(_entry(world, EntryKind.SOURCE_CEASED).facts)
    assert (facts["notice"], facts["notice_from"]) == (NOTICE.digest, "rights_holder")
    certificate = purge_certificate(world.app, source.id)
    verdict = verify_file(certificate)
    assert verdict.ok, verdict.problems
    assert f"the notice that it answers has the SHA-256 {NOTICE.digest}" in verdict.proved
    assert isinstance(collect(world.app, steward, source.id), Refusal)
    assert isinstance(backfill(world.app, grant, source.id), Refusal)
    assert web.asked == [], "nothing is fetched after the notice"


def test_a_purge_that_was_cut_off_still_names_the_notice(world: World, web: Web) -> None:
    """Also where its run is gone, as after a restore: the ledger says why it ceased."""
    source = _opened(world, web, SourceKind.FOLDER)

    class Killed(BaseException):
        """A process that ends here."""

    def stop(boundary: str) -> None:
        if boundary == "cease.committed":
            raise Killed

    cut = replace(world.app, at=stop)
    with pytest.raises(Killed):
        cease_source(cut, world.who("steward"), source.id, NOTICE)
    purge(world.app, source.id)
    world.app.publish()
    statement = json.loads(purge_certificate(world.app, source.id))["statement"]
    assert statement["notice"] == NOTICE.digest


def test_without_a_notice_the_certificate_names_none(world: World, web: Web) -> None:
    source = _opened(world, web, SourceKind.FOLDER)
    cease_source(world.app, world.who("steward"), source.id)
    certificate = purge_certificate(world.app, source.id)
    assert "notice" not in json.loads(certificate)["statement"]
    assert verify_file(certificate).ok


def test_a_notice_without_a_digest_ceases_nothing(world: World, web: Web) -> None:
    source = _opened(world, web, SourceKind.FOLDER)
    nameless = CeaseNotice("Anna wrote it", NoticeFrom.PICTURED)
    with pytest.raises(BadInput, match="no digest"):
        cease_source(world.app, world.who("steward"), source.id, nameless)
    refused = cease_source(world.app, Who(world.who("verifier").by), source.id, NOTICE)
    assert isinstance(refused, Refusal)
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    assert found.state is SourceState.AUTHORISED
