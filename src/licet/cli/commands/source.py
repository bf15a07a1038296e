"""``licet source``: where photos come from, and by what right."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, handed, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.progress import progress
from licet.terms.errors import BadInput, NotFound
from licet.terms.governing import AuditSaid, CeaseNotice, NoticeFrom, SourceWish
from licet.terms.ids import SourceId, Territory
from licet.terms.permit import Action, Refusal, Register
from licet.terms.source import (
    AuditFinding,
    BystanderCondition,
    Control,
    Fate,
    ItemPolicy,
    Origin,
    Source,
    SourceKind,
    SourceState,
)

if TYPE_CHECKING:
    from licet.app import App

app = group("Sources: where photos come from, and by what right.")


_CONTROLS = {
    SourceKind.FOLDER: Control.OWN_STORAGE,
    SourceKind.VIDEO: Control.OWN_STORAGE,
    SourceKind.BUCKET: Control.OWN_STORAGE,
    SourceKind.LIBRARY: Control.OWN_STORAGE,
    SourceKind.SITE: Control.WELL_KNOWN_TOKEN,
    SourceKind.UPLOAD: Control.OWN_STORAGE,
}
"""How control of a place is proved first; a website's DNS record is asked for next."""


_ON_DISK = (SourceKind.FOLDER, SourceKind.VIDEO)
_PLACES = (
    "A folder, a video, s3://bucket/prefix, immich+https://host/, https://host/path, or upload:"
)
_SCHEMES = {
    "s3": SourceKind.BUCKET,
    "immich+https": SourceKind.LIBRARY,
    "immich+http": SourceKind.LIBRARY,
    "https": SourceKind.SITE,
    "http": SourceKind.SITE,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that may be collected."""

    source: SourceId
    name: str
    state: SourceState


@dataclass(frozen=True, slots=True)
class Token:
    """The line that proves control, and the places where it may be written."""

    token: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ceased:
    """A source that ceased, and where the certificate of what was destroyed was written."""

    source: SourceId
    name: str
    state: SourceState
    certificate: Path | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """A random sample of a source: where its pictures are, how many, and what drew it."""

    source: SourceId
    name: str
    folder: Path
    pictures: int
    not_read: int
    root: str
    size: int


@dataclass(frozen=True, slots=True)
class Audited:
    """A source whose sample somebody answered for."""

    source: SourceId
    name: str
    finding: AuditFinding
    state: SourceState


@deed(app, "add", Takes.AGENT)
def add(
    call: Call,
    *,
    place: Annotated[
        str,
        typer.Argument(help=_PLACES),
    ],
    name: Annotated[str, typer.Option(help="What the source is called.")],
    taken_by: Annotated[
        str, typer.Option(help="Who took the photos: an office, not a person. Published.")
    ],
    people_told: Annotated[str, typer.Option(help="How the people in them were told. Published.")],
    made_for: Annotated[list[str], typer.Option(help="What they were made for. Repeatable.")],
    bystanders: Annotated[
        BystanderCondition, typer.Option(help="On what basis other faces may be compared at all.")
    ],
    evidence: Annotated[str, typer.Option(help="What shows that this basis holds.")],
    licence: Annotated[Path, typer.Option(help="The licence document; its hash is kept.")],
    until: Annotated[
        str, typer.Option(metavar="DAY", help="When the licence ends, or the agreement before.")
    ],
    agreement: Annotated[
        Path | None,
        typer.Option(help="What was signed with whom the place is of; its hash is kept."),
    ] = None,
    retention: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, help="For how long what it brought is kept."),
    ] = None,
    policy: Annotated[
        ItemPolicy,
        typer.Option("--item-policy", help="What becomes of a photo of somebody who is erased."),
    ] = ItemPolicy.LEAVE_AT_SOURCE,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            help="Photos that bear this tag are not taken; `rejected` is the flag too. Repeatable.",
        ),
    ] = None,
    territory: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1, if known.")] = "",
) -> Answer | Refusal:
    """Open a folder, bucket, library, website or uploads as a source. Two members act.

    Being reachable is not a right to collect: control of the place is proved by a token
    (`licet source token`) or a signed agreement, and a source says who took its photos, how
    the people in them were told, and on what basis strangers' faces may be compared in memory.
    """
    from licet.sources.authority import licence_digest
    from licet.sources.xmp import tags_of_wish
    from licet.sourcing import add_source

    kind = _kind(place)
    with call.app() as licet:
        wish = SourceWish(
            organisation=signing.acting_organisation(call, licet, call.org),
            name=name,
            kind=kind,
            place=str(Path(place).absolute()) if kind in _ON_DISK else place,
            origin=Origin(taken_by, people_told, frozenset(made_for)),
            bystander_condition=bystanders,
            bystander_evidence=evidence,
            territory=Territory(territory.upper()) if territory else None,
            item_policy=policy,
            control=Control.SIGNED_AGREEMENT if agreement else _CONTROLS[kind],
            licence=licence_digest(files.read(licence, "the licence")),
            valid_to=names.day(until, "the end of the licence"),
            retention_days=retention,
            leave_out=tags_of_wish(leave_out or ()),
            agreement=files.digest(agreement, "the agreement") if agreement else "",
        )
        who = signing.who(call, licet, signing.opening_source(wish))
        opened = add_source(licet, who, wish)
    if isinstance(opened, Refusal):
        return opened
    then = f"upload {opened.name} FILE" if kind is SourceKind.UPLOAD else f"collect {opened.name}"
    said = f"Opened the source {opened.name} ({opened.id}). Next: `licet {then}`."
    return Answer(Opened(opened.id, opened.name, opened.state), (said,))


def _kind(place: str) -> SourceKind:
    """Say of what kind a place is, as it is written."""
    if place == "upload:":
        return SourceKind.UPLOAD
    scheme, found, _ = place.partition("://")
    if not found:
        return SourceKind.VIDEO if Path(place).is_file() else SourceKind.FOLDER
    if scheme.lower() not in _SCHEMES:
        raise BadInput(
            f"photos are not collected by {scheme}",
            f"Name one of these: {_PLACES}.",
        )
    return _SCHEMES[scheme.lower()]


@deed(app, "token", Takes.AGENT)
def token(call: Call) -> Answer | Refusal:
    """Print the line that proves control of a place, and where it is written.

    Whoever can write it there controls the place. It is no secret, and opens nothing alone.
    """
    from licet.effects.sourcing import TOKEN_PLACES, token_for

    with call.app() as licet:
        line = token_for(licet.deployment.id, signing.acting_organisation(call, licet, call.org))
    return Answer(Token(line, TOKEN_PLACES), (line, *(f"  {one}" for one in TOKEN_PLACES)))


@deed(app, "trace", Takes.ACTOR)
def trace(
    call: Call,
    source: str,
    fate: Annotated[Fate | None, typer.Option(help="Only what came to this.")] = None,
) -> Answer | Refusal:
    """Say of every file of a source why it was collected, or why not."""
    from licet.listing import about_traces, list_traces

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        who = signing.who(call, licet, signing.listing(about_traces(found.id)))
        traces = list_traces(licet, who, found.id, fate)
    if isinstance(traces, Refusal):
        return traces
    rows = tuple((one.address, one.fate.value, one.rule, one.because) for one in traces)
    headings = ("address", "came to", "rule", "because")
    return Answer(traces, (Grid(headings, rows, "Nothing was decided here yet."),))


@deed(app, "audit", Takes.ACTOR)
def audit(
    call: Call,
    source: str,
    *,
    out: Annotated[
        Path | None, typer.Option(help="A folder that is not there yet, for the pictures.")
    ] = None,
    finding: Annotated[
        AuditFinding | None, typer.Option(help="What you saw: is it what was said?")
    ] = None,
    note: Annotated[str, typer.Option(help="What you saw, in words; kept sealed.")] = "",
) -> Answer | Refusal:
    """Look at a random sample of a source, then sign what you saw.

    From 10,000 items on a source is collected no further before a verifier or the officer,
    not one who opened it, looked at 50 photos drawn at random, everybody in them covered;
    again after every 100,000 more. First with --out, then with --finding. What is wrong puts
    the source on hold, until the officer looks and finds it in order.
    """
    if (out is None) == (finding is None):
        raise BadInput(
            "this command looks, or says what was seen",
            "Look with --out FOLDER, then answer with --finding ok or --finding wrong.",
        )
    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        if finding is not None:
            return _answered(call, licet, found, (finding, note))
        return _sampled(call, licet, found, out or Path())


def _sampled(call: Call, licet: "App", source: Source, folder: Path) -> Answer | Refusal:
    from licet.auditing import draw_sample, listed
    from licet.effects.drawing import as_list

    who = signing.who(call, licet, signing.on_source(Action.AUDIT_SOURCE, source))
    with files.new_folder(folder) as place, progress(call.as_json, "looking") as tell:
        sample = draw_sample(licet, who, source.id, tell)
        if isinstance(sample, Refusal):
            return sample
        numbers = {one: number for number, one in enumerate((*sample.items, *sample.more), 1)}
        for photo in sample.photos:
            if photo.picture:
                moment = "" if photo.at is None else f"-at-{photo.at // 1000}s-{photo.at % 1000}"
                name = f"{numbers[photo.item]:02}{moment}.jpg"
                files.write_new(place / name, photo.picture)
        files.write_new(place / "sample.txt", as_list(sample.items))
        files.write_new(place / "items.txt", listed(licet, sample.audit))
    read = sample.shown
    drawn, gone = sample.audit, len(numbers) - read
    done = Sampled(source.id, source.name, folder, read, gone, drawn.root, drawn.size)
    lines = (
        f"Wrote {folder}: {read} photos of {source.name}, drawn at random by the ledger's root.",
        "  items.txt: what they were drawn from; its SHA-256 is in the entry of the ledger.",
        *((f"  {gone} more could not be read.",) if gone else ()),
        f"Look at all of them. Next: `licet source audit {source.name} --finding ok` or `wrong`."
        if sample.seen
        else "That is less than half of the sample: it can be found `wrong`, and not `ok`. "
        "The data protection officer looks at more of it.",
    )
    return Answer(done, lines)


def _answered(
    call: Call, licet: "App", source: Source, words: tuple[AuditFinding, str]
) -> Answer | Refusal:
    from licet.auditing import answer_audit, open_audit

    with licet.store.read() as reader:
        waiting = open_audit(reader, source.id)
    if waiting is None:
        raise NotFound("no sample waits for a word", "Look first: `--out FOLDER`.")
    said = AuditSaid(waiting.id, *words)
    who = signing.who(call, licet, signing.answering_audit(source, said))
    after = answer_audit(licet, who, source.id, said)
    if isinstance(after, Refusal):
        return after
    held = after.state is SourceState.ON_HOLD
    line = f"{source.name} is on hold." if held else f"{source.name} may be collected further."
    return Answer(Audited(source.id, source.name, said.finding, after.state), (line,))


@deed(app, "release", Takes.ACTOR)
def release(
    call: Call,
    source: str,
    *,
    reason: Annotated[
        Path, typer.Option(help="Why it may go on, in writing; its hash is kept and published.")
    ],
) -> Answer | Refusal:
    """Let a source on hold be read again. The officer acts, with one who did not open it.

    The place is listed first: while what held it is still to be found there, as frames that
    arrive like a camera's, it stays on hold. A look that found it wrong is answered by
    another one that finds it in order, before anything more is collected.
    """
    from licet.sourcing import release_source

    digest = hashlib.sha256(files.read(reason, "the reason")).hexdigest()
    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        who = signing.who(call, licet, signing.releasing_source(found, digest))
        freed = release_source(licet, who, found.id, digest)
    if isinstance(freed, Refusal):
        return freed
    said = f"{freed.name} is no longer on hold. The public register says so, and why it was."
    return Answer(Opened(freed.id, freed.name, freed.state), (said,))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List sources with their state and how many photos were met there."""
    from licet.effects.listing import About
    from licet.listing import list_sources

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.SOURCES)))
        found = list_sources(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.name, one.organisation, str(one.items), one.state.value, one.id, one.place)
        for one in found
    )
    headings = ("name", "organisation", "photos", "state", "id", "place")
    return Answer(found, (Grid(headings, rows, "There is no source."),))


@deed(app, "cease", Takes.ACTOR)
def cease(
    call: Call,
    source: str,
    *,
    notice: Annotated[
        Path | None, typer.Option(help="The notice that asks for it; its hash is kept.")
    ] = None,
    sender: Annotated[
        NoticeFrom, typer.Option("--from", help="What whoever sent it is to the source.")
    ] = NoticeFrom.OTHER,
    out: Annotated[Path | None, typer.Option(help="Where the certificate goes.")] = None,
) -> Answer | Refusal:
    """Stop a source for good, and destroy everything that came from it.

    Nothing is read from it any more. What was noted of its photos is deleted, what was kept
    of people because of them too; the certificate counts it. Whoever sent a notice is given
    that certificate: it names the notice by its SHA-256.
    """
    from licet.effects.purging import purge_certificate
    from licet.sourcing import cease_source

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        told = _notice(notice, sender)
        who = signing.who(call, licet, signing.ceasing(found, told))
        ceased = cease_source(licet, who, found.id, told)
        if isinstance(ceased, Refusal):
            return ceased
        purged = ceased.state is SourceState.PURGED
        data = purge_certificate(licet, ceased.id) if purged else b""
    said = f"{ceased.name} has ceased. It is not opened again."
    if not purged:
        more = "What came from it is destroyed by `licet worker --once`."
        return Answer(Ceased(ceased.id, ceased.name, ceased.state), (said, more))
    with files.handout(handed.place(out, "source", ceased.id)) as file:
        file.write(data)
    done = Ceased(ceased.id, ceased.name, ceased.state, file.path)
    if file.path == files.STANDARD:
        return Answer(done)
    destroyed = "Everything that came from it is destroyed."
    lines = (said, destroyed, f"  certificate: {file.path}")
    return Answer(done, (*lines, _GIVE_IT) if told else lines)


_GIVE_IT = "Give it to whoever sent the notice: `licet verify` checks it without this archive."


def _notice(notice: Path | None, sender: NoticeFrom) -> CeaseNotice | None:
    """Read the notice to cease, if one came."""
    if notice is None:
        return None
    data = files.read(notice, "the notice")
    return CeaseNotice(hashlib.sha256(data).hexdigest(), sender)
