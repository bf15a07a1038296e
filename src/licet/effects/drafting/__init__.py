"""Drafts what a deployment is prepared with: asks, and writes papers from the answers.

The questions and the papers are files beside this one. A draft is a beginning: people read
it, change it and file what they stand for.
"""

import tomllib
from dataclasses import asdict
from datetime import date
from functools import cache
from importlib import resources
from string import Template

from licet.consent.places import ALWAYS, in_the_area
from licet.consent.purposes import table
from licet.terms.duties import Place, StoreName
from licet.terms.errors import BadInput
from licet.terms.ids import Territory
from licet.terms.preparing import Answers, Draft, Question
from licet.terms.territories import TERRITORIES

ASSESSMENT = "impact-assessment.md"
NOTICE = "source-notice.md"
ROLES = "roles.md"
CLASSIFICATION = "classification.md"
PAPERS = (ASSESSMENT, NOTICE, ROLES, CLASSIFICATION)

CLASSES = ("high_risk", "not_high_risk")
AI_ROLES = ("provider", "deployer", "both")
NONE = "none"
STORES = (StoreName.RECORDS, StoreName.KEYS, StoreName.LEDGER, StoreName.BACKUPS, StoreName.MAIL)
"""The stores that are asked about; objects are kept with the sources."""


@cache
def questions() -> tuple[Question, ...]:
    """Return every question, in the order of asking."""
    read = tomllib.loads(_text("questions.toml"))
    return tuple(Question(name, **parts) for name, parts in read.items())


def open_questions(answers: Answers) -> tuple[Question, ...]:
    """Return the questions that are still to be answered."""
    given = asdict(answers)
    return tuple(one for one in questions() if _asked(one, answers) and not given[one.name])


def read_answers(data: bytes) -> Answers:
    """Return the answers that a TOML document holds: one line of text under each name.

    Raises ``BadInput`` naming what is not right.
    """
    try:
        read = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"the answers are no TOML: {error}", "Write NAME = 'text' lines.") from error
    known = {one.name for one in questions()}
    for name, value in read.items():
        if name not in known:
            raise BadInput(f"there is no question {name}", f"Known: {', '.join(sorted(known))}.")
        if not isinstance(value, str) or "\n" in value.strip():
            raise BadInput(f"the answer to {name} is no line of text", "Write it in quotes.")
    answers = Answers(**{name: value.strip() for name, value in read.items()})
    check(answers)
    return answers


def write_answers(answers: Answers) -> bytes:
    """Return the answers as the TOML document that ``read_answers`` reads."""
    lines = ["# Answers of `licet ready`. Change them here, or answer again.\n"]
    lines += [f"{name} = {_quoted(value)}\n" for name, value in asdict(answers).items() if value]
    return "".join(lines).encode()


def check(answers: Answers) -> None:
    """Raise ``BadInput`` for an answer that cannot be; open ones are left alone."""
    if answers.established:
        _territory("established", answers.established)
    for name, allowed in (("classification", CLASSES), ("ai_role", AI_ROLES)):
        given = getattr(answers, name)
        if given and given not in allowed:
            raise BadInput(f"{name} is {given}", f"Answer one of: {', '.join(allowed)}.")
    if answers.purposes:
        known = {one.split("@")[0] for one in table().by_id}
        unknown = sorted(set(_listed(answers.purposes)) - known)
        if unknown:
            remedy = f"The closed list is: {', '.join(sorted(known))}."
            raise BadInput(f"there is no purpose {unknown[0]}", remedy)
    places(answers)


def places(answers: Answers) -> tuple[Place, ...]:
    """Return where each store lies, as answered. Raises ``BadInput``."""
    found = []
    for store in STORES:
        given = getattr(answers, store.value)
        if not given or (given == NONE and store not in ALWAYS):
            continue
        code, comma, provider = given.partition(",")
        if not comma or not provider.strip():
            raise BadInput(
                f"{store.value} is {given}", "Write a territory and who runs it: FR, our machine."
            )
        found.append(Place(store, _territory(store.value, code.strip()), provider.strip()))
    return tuple(found)


def inside(answers: Answers) -> bool:
    """Say whether the controller is established in the Union."""
    return in_the_area(Territory(answers.established))


def drafts(controller: str, answers: Answers, day: date) -> tuple[Draft, ...]:
    """Return the papers that the answers make. Every question is answered."""
    lie = [
        f"  - {place.store.value}: {place.territory}, {place.provider}" for place in places(answers)
    ]
    represented = f", represented in the Union by {answers.representative}"
    parts = asdict(answers) | {
        "controller": controller,
        "day": day.isoformat(),
        "places": "\n".join(lie),
        "represented": "" if inside(answers) else represented,
        "representative": answers.representative or "none needed: established there",
    }
    return tuple(Draft(name, Template(_text(name)).substitute(parts)) for name in PAPERS)


def _asked(question: Question, answers: Answers) -> bool:
    outside = bool(answers.established) and not inside(answers)
    return question.name != "representative" or outside


def _territory(what: str, code: str) -> Territory:
    if Territory(code) not in TERRITORIES:
        raise BadInput(f"{what} names {code}", "Use ISO 3166-1: two capital letters, FR or GB.")
    return Territory(code)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(name: str) -> str:
    return resources.files("licet.effects.drafting").joinpath(name).read_text("utf-8")
