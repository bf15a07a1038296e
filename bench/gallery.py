"""Search speed and size of the exact gallery on synthetic templates of 128 features.

Anchors, in the same run on the same rows: faiss ``IndexFlatIP`` and numpy, both exact
and both float32; and reading the int8 rows once, which no pass over them can beat.
Random unit vectors are what strangers' faces are nearest to: no two alike. A grant
holds four templates: a reference and three appearances.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import faiss
import numpy as np

from bench.measure import Result, result, taking_turns
from licet.gallery.bound import ready
from licet.gallery.contract import Columns, micros
from licet.gallery.exact import ExactGallery
from licet.gallery.kernel import dots, pack
from licet.terms.face import STEP, Template, score_of
from licet.terms.gallery import Scope, Slot, TemplateKind
from licet.terms.ids import (
    GrantId,
    ModelId,
    OrganisationId,
    PurposeId,
    SubjectId,
    TemplateId,
    new_id,
)
from licet.terms.permit import Permit
from tests.permits import permit

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MODEL = ModelId("synthetic@00000000")
OWNER = OrganisationId("archive")
DIMENSION = 128
A_GRANT = 4
CHUNK = 20_000
LIST = 50
THRESHOLD = score_of(0.45)
THREADS = os.cpu_count() or 1
SHARES = {"100%": 1.0, "50%": 0.5, "1%": 0.01}


class Synthetic:
    """Rows in the gallery, in faiss and as an array, all the same."""

    def __init__(self, rows: int) -> None:
        random = np.random.default_rng(7)
        floats = random.standard_normal((rows, DIMENSION), dtype=np.float32)
        floats /= np.linalg.norm(floats, axis=1, keepdims=True)
        self.floats = floats
        self.values = np.rint(floats * STEP).astype(np.int16)
        self.grants = [GrantId(new_id()) for _ in range(rows // A_GRANT)]
        lots = random.random(len(self.grants))
        slots = [_slot(grant, lot) for grant, lot in zip(self.grants, lots, strict=True)]
        chunks = [self._columns(start) for start in range(0, rows, CHUNK)]
        self.gallery = ExactGallery(MODEL, DIMENSION, lambda: NOW, threads=THREADS)
        start = time.perf_counter()
        for first in range(0, len(slots), CHUNK):
            self.gallery.put_grants(slots[first : first + CHUNK])
        for chunk in chunks:
            self.gallery.put_arrays(chunk)
        self.opening = time.perf_counter() - start
        self.flat = faiss.IndexFlatIP(DIMENSION)
        self.flat.add(floats)

    def _columns(self, start: int) -> Columns:
        rows = range(start, min(start + CHUNK, len(self.values)))
        return Columns(
            ids=[TemplateId(new_id()) for _ in rows],
            grants=[self.grants[number // A_GRANT] for number in rows],
            appearance=np.arange(rows.start, rows.stop) % A_GRANT > 0,
            values=self.values[rows.start : rows.stop],
            first_seen=np.full(len(rows), micros(NOW - timedelta(days=9)), dtype=np.int64),
        )

    def probe(self, number: int) -> Template:
        """Return the template of a row, to search with."""
        return Template(MODEL, self.values[number].astype("<i2").tobytes())


def _slot(grant: GrantId, lot: float) -> Slot:
    """Return a live grant; its purpose says which shares of the gallery it is in."""
    share = "1%" if lot < SHARES["1%"] else "50%" if lot < SHARES["50%"] else "100%"
    return Slot(
        grant=grant,
        subject=SubjectId(new_id()),
        organisation=OWNER,
        purpose=PurposeId(f"{share}@1"),
        source=None,
        territories=frozenset(),
        usable=True,
        not_before=NOW - timedelta(days=9),
        expires=NOW + timedelta(days=9),
    )


def _permit(share: str) -> Permit:
    """Return a permit whose scope holds about this share of the rows."""
    inside = [name for name, part in SHARES.items() if part <= SHARES[share]]
    scope = Scope(
        at=NOW,
        organisation=OWNER,
        purposes=frozenset(PurposeId(f"{name}@1") for name in inside),
        kinds=frozenset(TemplateKind),
        model=MODEL,
        seen_before=NOW - timedelta(days=1),
    )
    return permit(scope, NOW)


def _searches(made: Synthetic) -> dict[str, Callable[[], object]]:
    """Return the searches that take turns, each with another probe every time."""
    numbers = count()

    def number() -> int:
        return next(numbers) * 7919 % len(made.values)

    def search(share: str, probes: int = 1) -> object:
        some = [made.probe(number()) for _ in range(probes)]
        return made.gallery.candidates(_permit(share), some, THRESHOLD, LIST)

    def plain() -> object:
        products = made.floats @ made.floats[number()]
        best = np.argpartition(products, -LIST)[-LIST:]
        return best[np.argsort(-products[best])]

    def flat(probes: int = 1) -> object:
        rows = [number() for _ in range(probes)]
        return made.flat.search(made.floats[rows], LIST)

    cases: dict[str, Callable[[], object]] = {
        share: lambda share=share: search(share) for share in SHARES
    }
    cases |= {"faiss": flat, "numpy": plain}
    cases |= {"batch": lambda: search("100%", 16), "faiss batch": lambda: flat(16)}
    cases |= {"subjects": lambda: made.gallery.subjects(_permit("100%"))}
    return cases


def _passes(made: Synthetic, pool: ThreadPoolExecutor) -> dict[str, Callable[[], object]]:
    """Return the int8 pass alone and the mere reading of the same bytes."""
    segments = [segment.high for segment in made.gallery._rows.segments.all]
    coarse = pack(ready(made.probe(1)).coarse[np.newaxis])

    def shared(work: Callable[[np.ndarray], object]) -> Callable[[], object]:
        def share(first: int) -> None:
            for segment in segments[first::THREADS]:
                work(segment)

        return lambda: list(pool.map(share, range(THREADS)))

    return {
        "pass": shared(lambda rows: dots(rows, coarse)),
        "read": shared(lambda rows: rows.view(np.int64).sum()),
    }


def _measured(rows: int, size: str, rounds: int) -> list[Result]:
    made = Synthetic(rows)
    with ThreadPoolExecutor(THREADS) as pool:
        took = taking_turns({**_searches(made), **_passes(made, pool)}, rounds)
    ms = {name: 1000 * seconds for name, seconds in took.items()}
    found = []
    for share in SHARES:
        for anchor, name in (("faiss", "faiss IndexFlatIP"), ("numpy", "numpy float32")):
            found.append(
                result(
                    f"gallery.search.{size}.{share}.{anchor}",
                    ms[share],
                    "ms",
                    against=f"{name}, all rows: {ms[anchor]:.1f} ms",
                    ratio=ms[anchor] / ms[share],
                    n=rounds,
                )
            )
    found.append(
        result(
            f"gallery.search_16_probes.{size}",
            ms["batch"],
            "ms",
            against=f"faiss IndexFlatIP: {ms['faiss batch']:.1f} ms",
            ratio=ms["faiss batch"] / ms["batch"],
            n=rounds,
        )
    )
    bytes_read = sum(segment.high.nbytes for segment in made.gallery._rows.segments.all)
    found.append(
        result(
            f"gallery.int8_pass.{size}",
            bytes_read / took["pass"] / 1e9,
            "GB/s",
            against=f"reading the same bytes: {bytes_read / took['read'] / 1e9:.1f} GB/s",
            ratio=took["read"] / took["pass"],
            n=rounds,
        )
    )
    found.append(result(f"gallery.subjects.{size}", ms["subjects"], "ms", n=rounds))
    return found + _kept(made, rows, size)


def _kept(made: Synthetic, rows: int, size: str) -> list[Result]:
    """Measure opening, memory and dropping."""
    each = made.gallery.memory() / rows
    whole = 4 * DIMENSION
    took = []
    for grant in made.grants[:: len(made.grants) // 20]:
        start = time.perf_counter()
        made.gallery.drop_grants([grant])
        took.append(time.perf_counter() - start)
    unfound = made.gallery.candidates(_permit("100%"), [made.probe(0)], THRESHOLD, LIST)
    if unfound != [()]:
        raise AssertionError("a dropped template was found")
    made.gallery.close()
    return [
        result(f"gallery.open.{size}", made.opening, "s", n=1),
        result(
            f"gallery.bytes_a_template.{size}",
            each,
            "B",
            against=f"faiss IndexFlatIP: {whole} B without ids and grants",
            ratio=whole / each,
            n=1,
        ),
        result(f"gallery.drop_one_grant.{size}", 1000 * float(np.median(took)), "ms", n=len(took)),
    ]


def run() -> list[Result]:
    """Measure 100,000 and 1,000,000 templates."""
    faiss.omp_set_num_threads(THREADS)
    return [*_measured(100_000, "100k", 61), *_measured(1_000_000, "1m", 41)]
