"""The consent record in a receipt: its JSON Schema, its linked data, its one form."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from licet.effects.receipts import _PURPOSE_TYPES
from licet.ledger import consent, statement
from licet.ledger.canonical import dumps, loads
from licet.ledger.consent import ActedBy, ConsentEvent, ConsentStatus, GrantStatement, Party
from licet.terms.basis import Condition, LegalBasis
from licet.terms.errors import Corrupt
from licet.terms.grant import GrantState
from licet.terms.when import to_text
from tests.ledger.making import GRANT, NOW, ORGANISATION, SUBJECT, grant_statement

FORMATS = Path(__file__).resolve().parents[2] / "docs/formats"
SCHEMA = json.loads((FORMATS / "receipt.schema.json").read_text("utf-8"))
KNOWN = {
    line
    for line in (Path(__file__).parent / "vocabulary.txt").read_text("utf-8").splitlines()
    if line.startswith("https://w3id.org/dpv")
}
DPV, GDPR = "https://w3id.org/dpv#", "https://w3id.org/dpv/legal/eu/gdpr#"

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
moments = st.integers(0, 2**41).map(
    lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
uuids = st.uuids(version=4).map(str)
parties = st.builds(Party, uuids, text, st.just("privacy@harbour.example") | st.just(""))
events = st.builds(
    ConsentEvent, st.sampled_from(ConsentStatus), moments, st.sampled_from(ActedBy), text
)


@st.composite
def statements(draw: st.DrawFn) -> GrantStatement:
    """Any statement that licet could make."""
    base = grant_statement(draw(st.sampled_from(GrantState)))
    pairs = ((LegalBasis.CONSENT, Condition.EXPLICIT_CONSENT),) * 3 + (
        (LegalBasis.VITAL_INTERESTS, Condition.VITAL_INTERESTS),
    )
    basis, condition = draw(st.sampled_from(pairs))
    optional = st.none() | parties
    return replace(
        base,
        receipt=draw(uuids),
        at=draw(moments),
        says=draw(text),
        leaving=draw(text),
        child=draw(st.booleans()),
        basis=basis,
        condition=condition,
        parties=replace(
            base.parties,
            recipient=draw(optional),
            representative=draw(optional),
            authority=draw(optional),
        ),
        shown=replace(
            base.shown,
            language=draw(st.sampled_from(["en", "fr", "de"])),
            title=draw(text),
            text=draw(text),
            delivered=draw(st.none() | moments),
        ),
        territories=tuple(sorted(draw(st.sets(st.sampled_from(["DE", "FR", "US", "CH"]))))),
        events=tuple(draw(st.lists(events, max_size=4, unique=True))),
    )


def expanded(stated: GrantStatement) -> dict:
    """The statement as linked data, with no document loaded from anywhere."""

    def nothing(url: str, _options: object) -> object:
        raise AssertionError(f"nothing may be fetched: {url}")

    jsonld.set_document_loader(nothing)
    (whole,) = jsonld.expand(consent.to_json(stated))
    return whole


def iris(value: object) -> Iterator[str]:
    """Every IRI that linked data uses: names, types and ids."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == "@type":
                yield from part if isinstance(part, list) else [part]
            elif name == "@id":
                yield part
            else:
                yield from () if name.startswith("@") else [name]
                yield from iris(part)
    elif isinstance(value, list):
        for part in value:
            yield from iris(part)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(statements())
def test_every_statement_keeps_to_the_schema_and_is_read_back(stated: GrantStatement) -> None:
    parts = consent.to_json(stated)
    jsonschema.Draft202012Validator(SCHEMA).validate(parts)
    assert consent.from_json(parts) == stated
    assert statement.from_json(loads(dumps(parts))) == stated


@given(statements(), st.data())
def test_no_part_can_be_taken_away_or_added(stated: GrantStatement, data: st.DataObject) -> None:
    """What is not exactly licet's form is not read, so nothing hides beside what is shown."""
    parts = json.loads(dumps(consent.to_json(stated)))
    holders = [one for one in _objects(parts) if one]
    holder = holders[data.draw(st.integers(0, len(holders) - 1))]
    if data.draw(st.booleans()):
        del holder[data.draw(st.sampled_from(sorted(holder)))]
    else:
        holder["more"] = "x"
    with pytest.raises(Corrupt):
        statement.from_json(parts)
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(parts)


def _objects(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


@given(statements())
def test_two_statements_never_have_one_digest(stated: GrantStatement) -> None:
    other = replace(stated, leaving=stated.leaving + "!")
    assert statement.digest(other) != statement.digest(stated)


def test_every_name_means_something() -> None:
    """JSON-LD drops names that the context does not hold: none is dropped."""
    whole = expanded(_full())

    def names(value: object) -> set[str]:
        found: set[str] = set()
        for one in _objects(value):
            found |= one.keys()
        return found

    said = consent.to_json(_full())
    body = {name: part for name, part in said.items() if name != "@context"}
    assert names(body) <= consent.CONTEXT.keys()
    assert names(body) | {"rdf", "skos", "dct", "xsd", "dpv", "gdpr", "pd", "loc", "licet"} == (
        consent.CONTEXT.keys()
    )
    assert all(":" in name for name in iris(whole))


def test_every_term_exists_in_the_vocabulary() -> None:
    used = {one for one in iris(expanded(_full())) if one.startswith("https://w3id.org/dpv")}
    child = replace(_full(), child=True, basis=LegalBasis.VITAL_INTERESTS)
    child = replace(child, condition=Condition.VITAL_INTERESTS)
    used |= {one for one in iris(expanded(child)) if one.startswith("https://w3id.org/dpv")}
    used |= {one.value.replace("dpv:", DPV) for one in ConsentStatus}
    used |= {one.replace("dpv:", DPV) for one in _PURPOSE_TYPES.values()}
    places = {one for one in used if "/loc#" in one}
    assert used - places - KNOWN == set()
    assert places == {f"https://w3id.org/dpv/loc#{place}" for place in ("EU", "DE", "FR")}
    assert KNOWN - used == set(), "the list holds what nobody uses"


def test_a_machine_finds_what_matters_without_knowing_licet() -> None:
    """Who, whose, what for, on what basis, until when, how to leave: by the W3C's names alone."""
    whole = expanded(_full())
    (record,) = whole[DPV + "hasRecordOfActivity"]
    (process,) = record[DPV + "hasProcess"]
    assert whole["@type"] == [DPV + "ConsentReceipt"]
    assert record["@type"] == [DPV + "ConsentRecord"]
    assert record[DPV + "hasDataSubject"][0]["@id"] == f"urn:uuid:{SUBJECT}"
    basis = [one["@id"] for one in process[DPV + "hasLegalBasis"]]
    assert basis == [GDPR + "A6-1-a", GDPR + "A9-2-a"]
    (special, asked) = process[DPV + "hasPersonalData"]
    assert special["@type"] == [DPV + "SpecialCategoryPersonalData"]
    assert asked["@type"] == [DPV + "PersonalData"]
    assert [one["@id"] for one in process[DPV + "hasRecipient"]] == [f"urn:uuid:{ORGANISATION}"]
    kinds = {kind for one in process[DPV + "hasStorageCondition"] for kind in one["@type"]}
    assert kinds == {DPV + "StorageDuration", DPV + "StorageLocation"}
    (leaving,) = process[DPV + "hasConsentControl"]
    assert leaving["@type"] == [DPV + "WithdrawConsent"]
    given_, taken = record[DPV + "hasConsentStatus"][1:3]
    assert DPV + "ConsentGiven" in given_["@type"]
    assert DPV + "ConsentWithdrawn" in taken["@type"]
    when = taken[DPV + "isIndicatedAtTime"][0]
    assert when == {
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        "@value": to_text(NOW + timedelta(days=9)),
    }
    rights = {one["@id"] for one in process[DPV + "hasRight"]}
    assert {GDPR + f"A{n}" for n in ("7-3", "15", "16", "17", "18", "20", "21", "77")} <= rights


def test_vital_interests_are_never_called_consent() -> None:
    stated = replace(
        _full(),
        basis=LegalBasis.VITAL_INTERESTS,
        condition=Condition.VITAL_INTERESTS,
        events=(),
    )
    (record,) = expanded(stated)[DPV + "hasRecordOfActivity"]
    assert record["@type"] == [DPV + "DataProcessingRecord"]
    assert DPV + "hasConsentStatus" not in record or record[DPV + "hasConsentStatus"] == []


def test_a_statement_of_before_is_told_as_what_it_is() -> None:
    old = {"about": "grant", "grant": GRANT, "says": "You allowed this."}
    with pytest.raises(Corrupt, match="before the first release"):
        statement.from_json(old)


def _full() -> GrantStatement:
    """A statement in which every part has a value."""
    base = grant_statement(GrantState.ENDING)
    later = [
        ConsentEvent(ConsentStatus.GIVEN, NOW, ActedBy.GUARDIAN, "code"),
        ConsentEvent(ConsentStatus.WITHDRAWN, NOW + timedelta(days=9), ActedBy.PERSON, "withdrawn"),
    ]
    more = Party("6f1c2e1a-0f0b-4c1d-9a5e-aaaaaaaaaaaa", "Harbour Europe")
    watch = Party("6f1c2e1a-0f0b-4c1d-9a5e-bbbbbbbbbbbb", "The authority")
    stated = replace(
        base,
        events=(*base.events, *later),
        parties=replace(base.parties, representative=more, authority=watch),
    )
    assert all(getattr(stated, one.name) is not None for one in fields(stated))
    return stated
