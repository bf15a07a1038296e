"""``letter.pdf``: the answer in short, tagged so that it can be read aloud (PDF/UA-1)."""

from typing import Any

from licet.effects.packing.documents import title
from licet.effects.packing.parts import Package
from licet.effects.packing.saying import Saying
from licet.effects.paper import UNSHOWN, paper, part_of
from licet.terms.letters import Sender
from licet.terms.lines import one_line


def letter(package: Package, w: Saying, sender: Sender, volumes: int) -> bytes:
    """Return the letter. What its fonts cannot show stands as a box, and the letter says so."""
    parts = _parts(package, w, sender, volumes)
    return paper(parts, package.about.as_of, w("letter", "unshown", sign=UNSHOWN))


def _parts(package: Package, w: Saying, sender: Sender, volumes: int) -> dict[str, Any]:
    """Return what the letter says, every text on one line: what others wrote adds none."""
    return {
        "title": title(package, w),
        "controller": one_line(sender.controller),
        "answer_to": [one for one in (sender.answer_to, sender.representative) if one],
        "language": w.language,
        "date": w.day(package.about.as_of),
        "opening": _opening(package, w),
        "parts": [
            part_of(
                w("letter", "purposes"),
                lines=sorted({w.purpose(grant.purpose) for grant in package.grants}),
            ),
            part_of(
                w("letter", "recipients"),
                () if package.recipients else (w("letter", "nobody"),),
                [one.name for one in package.recipients],
            ),
            part_of(
                w("letter", "sources"),
                () if package.sources else (w("letter", "none"),),
                [f"{one.name}: {one.taken_by}" for one in package.sources],
            ),
            part_of(w("letter", "until"), (w("letter", "until_says"),)),
            part_of(w("letter", "deciding"), (w("letter", "deciding_says"),)),
            part_of(
                w("letter", "rights"),
                (w("letter", "rights_says"), w("letter", "complain"), sender.authority),
            ),
            part_of(w("letter", "files"), _files(w, volumes)),
            _rows(package, w),
        ],
    }


def _opening(package: Package, w: Saying) -> list[str]:
    about, name = package.about, package.person.name
    return [
        w("letter", "greeting", name=one_line(name)) if name else w("letter", "greeting_unnamed"),
        w(
            "letter",
            "asked",
            received=w.day(about.received_at),
            controller=one_line(about.controller),
            request=about.request,
        ),
        w("letter", "as_of", as_of=w.day(about.as_of)),
    ]


def _rows(package: Package, w: Saying) -> dict[str, Any]:
    return part_of(
        w("page", "manifest"),
        (w("letter", "counts"),),
        header=(w("letter", "place"), w("letter", "count")),
        rows=((w("store", one.store), w.number(one.count)) for one in package.manifest),
    )


def _files(w: Saying, volumes: int) -> list[str]:
    several = [w("letter", "volumes", volumes=volumes)] if volumes > 1 else []
    return [w("letter", "files_says"), *several, w("letter", "verify")]
