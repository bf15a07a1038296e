"""Reports as files: signed, committed to by an entry, and proved (docs/formats/report.md).

A usage report carries every entry that it counts, with the nodes that lead from them to
its checkpoint; so what is counted needs nobody's word. That nothing was left out is seen by
counting again over the ledger's public copy (:mod:`licet.ledger.recount`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from licet.ledger import tree
from licet.ledger.canonical import Json, dumps
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.nodes import Nodes, read_nodes, write_nodes
from licet.ledger.note import VerifierKey
from licet.ledger.reading import (
    as_bytes,
    as_list,
    as_moment,
    as_number,
    as_object,
    as_text,
    as_truth,
    one_of,
    to_base64,
)
from licet.ledger.signed import read_signed, write_signed
from licet.ledger.usage import Uses, uses_from_json, uses_to_json
from licet.terms.ids import OrganisationId
from licet.terms.ledger import Leaf
from licet.terms.reporting import ReportKind, Section
from licet.terms.when import to_text

FORMAT = "licet report v1"
_FILE = {"checkpoint", "entry", "issued_at", "listed", "nodes", "origin", "statement"}


@dataclass(frozen=True, slots=True)
class OrganisationUses:
    """How one organisation searched; its name as the register of organisations has it."""

    organisation: OrganisationId
    name: str
    uses: Uses


@dataclass(frozen=True, slots=True)
class ReportStatement:
    """What a report says. Every entry before number ``through`` was looked at.

    ``organisations`` are the one that a usage report is about, or all that searched in a
    year; ``kinds`` and ``told`` count a year's entries of every kind. ``sections`` are what
    the records of processing and the assessment say in words. ``sandbox`` says that nobody
    real was in it.
    """

    kind: ReportKind
    controller: str
    period: str
    through: int
    sandbox: bool
    organisations: tuple[OrganisationUses, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    told: tuple[tuple[str, str, str, int], ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report with its proof: the entry that commits to it, what it counted, the way to both.

    ``listed`` are the counted entries of a usage report; ``nodes`` lead from them and from
    ``entry`` to the root of ``checkpoint``, a signed note.
    """

    origin: str
    issued_at: datetime
    statement: ReportStatement
    entry: Leaf
    listed: tuple[Leaf, ...]
    nodes: Nodes
    checkpoint: str


@dataclass(frozen=True, slots=True)
class TakenReport:
    """A report taken apart: who signed it, and whether that signature holds."""

    report: ReportFile
    signer: VerifierKey
    holds: bool


def digest(statement: ReportStatement) -> str:
    """Return the SHA-256 (hex) that the entry's fact ``statement`` holds."""
    return sha256(dumps(to_json(statement))).hexdigest()


def write_report(report: ReportFile, key: LedgerKey) -> bytes:
    """Return the signed file."""
    parts: dict[str, Json] = {
        "checkpoint": report.checkpoint,
        "entry": _leaf(report.entry),
        "issued_at": to_text(report.issued_at),
        "listed": [_leaf(one) for one in report.listed],
        "nodes": write_nodes(report.nodes),
        "origin": report.origin,
        "statement": to_json(report.statement),
    }
    return write_signed(FORMAT, parts, key)


def take_report(data: bytes) -> TakenReport:
    """Take a report apart. Raises ``Corrupt``."""
    taken = read_signed(FORMAT, data, _FILE)
    parts = taken.parts
    report = ReportFile(
        origin=as_text(parts["origin"], "the origin"),
        issued_at=as_moment(parts["issued_at"], "the moment of issue"),
        statement=from_json(parts["statement"]),
        entry=_read_leaf(parts["entry"]),
        listed=tuple(_read_leaf(one) for one in as_list(parts["listed"], "the entries")),
        nodes=read_nodes(as_list(parts["nodes"], "the nodes")),
        checkpoint=as_text(parts["checkpoint"], "the checkpoint"),
    )
    return TakenReport(report, taken.signer, taken.holds)


def to_json(statement: ReportStatement) -> dict[str, Json]:
    """Return a statement as JSON parts."""
    return {
        "about": statement.kind.value,
        "controller": statement.controller,
        "kinds": [{"kind": kind, "number": number} for kind, number in statement.kinds],
        "organisations": [
            {
                "name": one.name,
                "organisation": one.organisation,
                "uses": uses_to_json(one.uses),
            }
            for one in statement.organisations
        ],
        "period": statement.period,
        "sandbox": statement.sandbox,
        "sections": [_section(one) for one in statement.sections],
        "through": statement.through,
        "told": [
            {"fact": fact, "kind": kind, "number": number, "says": says}
            for kind, fact, says, number in statement.told
        ],
    }


_STATEMENT = {
    "about",
    "controller",
    "kinds",
    "organisations",
    "period",
    "sandbox",
    "sections",
    "through",
    "told",
}


def from_json(value: Json) -> ReportStatement:
    """Read a statement. Raises ``Corrupt``."""
    parts = as_object(value, "the report", _STATEMENT)
    return ReportStatement(
        kind=one_of(ReportKind, parts["about"]),
        controller=as_text(parts["controller"], "the controller"),
        period=as_text(parts["period"], "the period"),
        through=as_number(parts["through"], "the entries looked at"),
        sandbox=as_truth(parts["sandbox"], "whether it is a sandbox"),
        organisations=tuple(
            _read_organisation(one) for one in as_list(parts["organisations"], "the organisations")
        ),
        kinds=tuple(_read_kind(one) for one in as_list(parts["kinds"], "the kinds")),
        told=tuple(_read_told(one) for one in as_list(parts["told"], "the facts")),
        sections=tuple(_read_section(one) for one in as_list(parts["sections"], "the sections")),
    )


def _section(section: Section) -> Json:
    return {
        "article": section.article,
        "header": list(section.header),
        "heading": section.heading,
        "name": section.name,
        "rows": [list(row) for row in section.rows],
        "says": list(section.says),
    }


def _read_section(value: Json) -> Section:
    names = {"article", "header", "heading", "name", "rows", "says"}
    parts = as_object(value, "a section", names)
    return Section(
        name=as_text(parts["name"], "a section's name"),
        article=as_text(parts["article"], "a section's article"),
        heading=as_text(parts["heading"], "a section's heading"),
        says=_texts(parts["says"]),
        header=_texts(parts["header"]),
        rows=tuple(_texts(row) for row in as_list(parts["rows"], "a section's rows")),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(as_text(one, "a cell") for one in as_list(value, "a section's part"))


def _read_organisation(value: Json) -> OrganisationUses:
    parts = as_object(value, "an organisation", {"name", "organisation", "uses"})
    return OrganisationUses(
        OrganisationId(as_text(parts["organisation"], "an organisation")),
        as_text(parts["name"], "an organisation's name"),
        uses_from_json(parts["uses"]),
    )


def _read_kind(value: Json) -> tuple[str, int]:
    parts = as_object(value, "a kind", {"kind", "number"})
    return as_text(parts["kind"], "a kind"), as_number(parts["number"], "how many")


def _read_told(value: Json) -> tuple[str, str, str, int]:
    parts: Mapping[str, Json] = as_object(value, "a fact", {"fact", "kind", "number", "says"})
    kind, fact, says = (as_text(parts[name], "a fact") for name in ("kind", "fact", "says"))
    return kind, fact, says, as_number(parts["number"], "how many")


def _leaf(leaf: Leaf) -> Json:
    return {"data": to_base64(leaf.data), "index": leaf.index}


def _read_leaf(value: Json) -> Leaf:
    parts = as_object(value, "an entry", {"data", "index"})
    data = as_bytes(parts["data"], "an entry's bytes")
    return Leaf(as_number(parts["index"], "an entry's index"), data, tree.leaf_hash(data))
