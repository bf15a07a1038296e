"""``licet ready``: ask, draft and file what a deployment rests on before it is real."""

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer
from licet.terms.duties import Preparation
from licet.terms.errors import BadInput
from licet.terms.permit import Refusal
from licet.terms.preparing import Answers

if TYPE_CHECKING:
    from licet.app import App
    from licet.preparing import Ready

app = single()

FOLDER = Path("ready")
ANSWERS = "answers.toml"
DRAFTED = ".drafted"
"""The SHA-256 of every draft that was written: what has another one, people changed."""


@dataclass(frozen=True, slots=True)
class Said:
    """How far a deployment is prepared: what is missing, what is open, which papers lie there."""

    ready: bool
    lacks: tuple[str, ...]
    open: tuple[str, ...]
    papers: tuple[Path, ...]
    leaf: int | None


@deed(app, "ready", Takes.ACTOR)
def ready(
    call: Call,
    *,
    answers: Annotated[
        Path | None, typer.Option(help="Answers in a TOML file, for who is not asked.")
    ] = None,
    file: Annotated[
        bool, typer.Option("--file", help="File the papers: two sign, one of them the officer.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Draft again, over papers that are there.")
    ] = False,
) -> Answer | Refusal:
    """Ask, draft and file what real people wait for.

    It asks what the law asks, drafts the papers and files them, and goes on where it was
    left. The answers and the drafts lie in the folder ``ready`` of the deployment, to be read and
    changed. Until they are filed, and all else is there, nobody real can be asked or enrolled.
    """
    from licet.preparing import is_ready, prepare

    with call.app() as licet:
        if licet.deployment.sandbox:
            return Answer(is_ready(licet), ("A sandbox: it holds nobody real, and needs none.",))
        folder = licet.settings.home / FOLDER
        given = _answered(call, folder, answers)
        papers = _drafted(licet, folder, given, anew=anew)
        if not file:
            return _told(is_ready(licet), given, papers, None)
        wish = _wish(folder, given)
        leaf = prepare(licet, signing.who(call, licet, signing.preparing(wish)), wish)
        if isinstance(leaf, Refusal):
            return leaf
        return _told(is_ready(licet), given, papers, leaf)


def _answered(call: Call, folder: Path, more: Path | None) -> Answers:
    """Return the answers so far, with those of a file and of whoever can be asked."""
    from licet.effects.drafting import check, open_questions, read_answers, write_answers

    kept = folder / ANSWERS
    given = read_answers(files.read(kept, "the answers")) if kept.exists() else Answers()
    if more is not None:
        told = asdict(read_answers(files.read(more, "the answers")))
        given = replace(given, **{name: value for name, value in told.items() if value})
    folder.mkdir(mode=0o700, exist_ok=True)
    kept.write_bytes(write_answers(given))
    while not call.as_json and call.outside.can_ask and (left := open_questions(given)):
        one = left[0]
        said = call.outside.ask(f"{one.asks}\n  {one.article}; for example: {one.example}\n> ")
        if not said.strip():
            break
        wanted = replace(given, **{one.name: said.strip()})
        check(wanted)
        given = wanted
        kept.write_bytes(write_answers(given))
    return given


def _drafted(licet: "App", folder: Path, given: Answers, *, anew: bool) -> tuple[Path, ...]:
    """Write the drafts once every question is answered; what people changed is left alone."""
    from licet.effects.drafting import drafts, open_questions

    if open_questions(given):
        return ()
    made = drafts(licet.deployment.controller, given, licet.clock().date())
    kept = folder / DRAFTED
    ours = frozenset(kept.read_text("utf-8").split()) if kept.exists() else frozenset[str]()
    for one in made:
        place = folder / one.name
        if anew or not place.exists() or _digest(place) in ours:
            place.write_text(one.text, encoding="utf-8")
            ours |= {_digest(place)}
    kept.write_text("\n".join(sorted(ours)) + "\n", encoding="utf-8")
    return tuple(folder / one.name for one in made)


def _wish(folder: Path, given: Answers) -> Preparation:
    """Return what is filed: the papers as they lie there now. Raises ``BadInput``."""
    from licet.effects import drafting

    left = drafting.open_questions(given)
    if left:
        raise BadInput(
            f"questions are open: {', '.join(one.name for one in left)}",
            "Answer them with `licet ready`, or in a file with --answers.",
        )
    names = drafting.PAPERS
    digests = {name: _digest(folder / name) for name in names}
    classed = f"{given.classification}, paper {digests[drafting.CLASSIFICATION]}"
    return Preparation(
        established_in_eu=drafting.inside(given),
        representative="" if drafting.inside(given) else given.representative,
        classification=classed,
        impact_assessment=digests[drafting.ASSESSMENT],
        source_notice=digests[drafting.NOTICE],
        role_agreement=digests[drafting.ROLES],
        places=drafting.places(given),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(files.read(path, "the paper")).hexdigest()


def _told(state: "Ready", given: Answers, papers: tuple[Path, ...], leaf: int | None) -> Answer:
    from licet.effects.drafting import open_questions

    left = open_questions(given)
    lines = [f"Filed (entry {leaf})."] if leaf is not None else []
    lines += [f"To answer: {one.name}. {one.asks} ({one.article})" for one in left]
    lines += [f"  paper: {path}" for path in papers]
    lines += [f"Missing: {lack.what} ({lack.article})." for lack in state.lacks]
    if not state.lacks:
        lines.append("Prepared: its papers are filed, and every store lies where it may.")
    elif papers and state.prepared_at is None:
        lines.append("Read the papers, change them, then: `licet ready --file` with two keys.")
    said = Said(
        not state.lacks,
        tuple(lack.what for lack in state.lacks),
        tuple(one.name for one in left),
        papers,
        leaf,
    )
    return Answer(said, tuple(lines), Exit.TO_MEND if state.lacks else Exit.DONE)
