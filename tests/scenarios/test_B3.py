"""B3: purposes are a closed list, none of them law enforcement, each with its own limits.

What is not on the list is refused wherever a purpose is named; a list that changed waits for
an impact assessment of it, filed by two members, and leaves an entry in the ledger.
"""

from dataclasses import replace

import pytest

from licet.consent import ceilings
from licet.consent.decide import decide
from licet.consent.purposes import NEVER, parse, table
from licet.granting import ask_grant
from licet.preparing import is_ready, prepare
from licet.terms.basis import Searchers
from licet.terms.errors import Conflict, Setup
from licet.terms.granting import Asked
from licet.terms.ids import PurposeId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from tests.consent.acts import ACTS
from tests.consent.world import NOW
from tests.redteam.real import RealWorld, preparation, prepared, signing
from tests.scenarios.real import bare

__all__ = ["bare"]

ROWS = {
    # name: who searches, approvals of a case, days a grant lasts at most
    "find_my_photos": (Searchers.SUBJECT_ONLY, 0, 365),
    "family_tracing": (Searchers.ORGANISATION, 1, 730),
    "archive_rights_clearance": (Searchers.ORGANISATION, 1, 365),
    "missing_person": (Searchers.ORGANISATION, 2, 3),
    "rights_request": (Searchers.SUBJECT_ONLY, 0, 92),
}


def test_the_list_is_closed_and_each_purpose_has_its_limits() -> None:
    found = {
        one.name: (one.searchers, one.approvals, one.retention_days)
        for one in table().by_id.values()
    }
    assert found == ROWS
    for one in table().by_id.values():
        assert one.retention_days <= ceilings.GRANT_TERM.days
        assert one.approvals > 0 or one.searchers is Searchers.SUBJECT_ONLY


@pytest.mark.parametrize("word", NEVER)
def test_no_list_holds_a_purpose_that_is_refused_by_construction(word: str) -> None:
    text = f"""
[[purpose]]
id = "{word.replace(" ", "_")}@1"
title = "Help with {word}"
searchers = "organisation"
basis = "6(1)(a)"
condition = "9(2)(a)"
approvals = 2
retention_days = 1
source_purposes = ["archive"]
notice = "We ask you."
"""
    with pytest.raises(Setup):
        parse(text)


@pytest.mark.parametrize("name", ["grant", "open a case", "search"])
def test_what_is_not_on_the_list_is_refused(name: str) -> None:
    """Perpetrators and victims are no purpose, whoever writes it into an act."""
    act = ACTS[name].with_facts(purpose=None).asks(purpose=PurposeId("identify_perpetrators@1"))
    refused = decide(act.ask, act.facts, NOW)
    assert isinstance(refused, Refusal)
    assert refused.reason == "unknown_purpose"
    assert refused.article.startswith("GDPR 5(1)(b)")


def test_a_purpose_that_was_added_waits_for_its_assessment(bare: RealWorld) -> None:
    prepared(bare)
    with bare.app.store.unit() as unit:
        former = unit.deployment.get()
        assert former is not None
        # An update brought another list than the one that was assessed.
        unit.deployment.put(replace(former, purposes="aa" * 32))
        unit.record(Entry(EntryKind.ALERTED, unit.now))
    wish = bare.wish("anna")
    who = bare.signed(signing.asking_grant(wish), "steward")
    refused = ask_grant(bare.app, who, wish)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.article) == ("purposes_not_assessed", "GDPR 35(11)")
    assert bare.outbox.letters == []
    with pytest.raises(Conflict, match="of the former one"):
        prepared(bare)
    alone = preparation(impact_assessment="ad" * 32)
    steward = bare.signed(signing.preparing(alone), "steward")
    assert isinstance(prepare(bare.app, steward, alone), Refusal)
    prepared(bare, impact_assessment="ad" * 32)
    assert is_ready(bare.app).lacks == ()
    with bare.app.store.read() as reader:
        entries = reader.leaves.get(0, reader.head.size)
    (changed,) = [one.data for one in entries if b'"from":"aaaa' in one.data]
    assert b'"purposes.changed"' in changed
    assert table().digest.encode() in changed
    who = bare.signed(signing.asking_grant(wish), "steward")
    assert isinstance(ask_grant(bare.app, who, wish), Asked)
