"""A search through the API: from the photo that a program sends to the list of candidates.

Everything that a search costs is in it: HTTP over loopback, the API key, two decisions, the
real detector and recogniser, the exact gallery, sealing what is kept, the entry in the ledger,
its signed mirror. The people are synthetic (random unit vectors, ten templates each) but for
one, who is found each time. ``LICET_BENCH_TEMPLATES`` names other sizes (``20000,100000``).
"""

import os
import random
import socket
import statistics
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx2
import numpy as np
import uvicorn

from bench.erase import a_grant, must, new_bench_world
from bench.measure import Result, result
from licet.admitting import make_api_key
from licet.app import open_app
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.governance import add_member, approve_case, open_case
from licet.terms.admission import ApiKeyMade, ApiKeyWish
from licet.terms.errors import Integrity
from licet.terms.face import STEP
from licet.terms.gallery import TemplateKind
from licet.terms.governing import CaseWish, MemberWish
from licet.terms.grant import Identity, Subject, SubjectState
from licet.terms.ids import CaseId, GrantId, KeyId, MemberId, SubjectId, TemplateId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import Role
from licet.terms.payload import ReferencePayload, to_bytes
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal
from licet.web.door import opened
from licet.web.serving import Serving
from tests.fakes.deployment import CLEARANCE, AnyPhoto, World, settings_of

SIZES = tuple(int(n) for n in os.environ.get("LICET_BENCH_TEMPLATES", "100000,1000000").split(","))
EACH = 10
"""Templates of a person: three photos at enrolment, and where they were seen."""

GROUP = 5_000
PHOTO = "hopper.jpg"
ALONE, TOGETHER, CLIENTS = 50, 10, 16
"""Searches of one client, as many as a member may a day; of each of sixteen at once."""

TARGET = 150.0
"""Milliseconds at the 95th percentile for one client at a million templates (DESIGN 14)."""

MOST = 2
"""One photo is searched with this often in a case: the third time would be its last."""

Row = tuple[SubjectId, GrantId]


def run() -> list[Result]:
    """Fill a gallery to each size and search it by one client and by sixteen."""
    lines: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        world = new_bench_world(Path(folder))
        world.app.close()
        world.app = open_app(
            settings_of(world.home, world.url),
            clock=world.clock,
            outbox=world.outbox,
            fixture_photos=AnyPhoto(),
        )
        photo = (Path(os.environ.get("LICET_FIXTURES", ".cache/fixtures")) / PHOTO).read_bytes()
        seen = world.app.vision.inspect(photo).faces[0]
        _add(world, 1, np.frombuffer(seen.template.values, dtype=np.int16))
        held = EACH
        for size in SIZES:
            began = time.perf_counter()
            while held < size:
                people = min(GROUP, max((size - held) // EACH, 1))
                _add(world, people)
                held += people * EACH
            filled = time.perf_counter() - began
            # What was put in beside the flows is read as at a start.
            world.app.shelf.gallery, world.app.shelf.size = None, -1
            must(fresh_gallery(world.app).size() == held)
            name = f"api.search.{size:,} templates"
            lines.append(result(f"{name}: to fill", filled, "s", n=1))
            with _served(world) as address:
                lines += _measured(world, photo, address, name, clients=1, searches=ALONE)
                lines += _measured(world, photo, address, name, clients=CLIENTS, searches=TOGETHER)
        world.app.close()
    return lines


def _measured(
    world: World, photo: bytes, address: str, name: str, *, clients: int, searches: int
) -> list[Result]:
    """Search so often by each client, all at once, and say the median and the 95th percentile."""
    world.clock.go(days=1)
    comers = [_client(world, photo, address, searches) for _ in range(clients)]
    for ask in comers:
        next(ask)  # The first opens the line.
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = [ms for one in pool.map(list, comers) for ms in one]
    whole = time.perf_counter() - began
    must(len(taken) == clients * (searches - 1))
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    near = TARGET / p95 if clients == 1 else None
    of = f"{name}, {clients} client{'s' * (clients > 1)}"
    against = f"p95 {TARGET:g} ms" if near else ""
    return [
        result(f"{of}: p50", statistics.median(taken), "ms", n=len(taken)),
        result(f"{of}: p95", p95, "ms", n=len(taken), against=against, ratio=near),
        result(f"{of}: searches a second", len(taken) / whole, "1/s", n=len(taken)),
    ]


def _client(world: World, photo: bytes, address: str, searches: int) -> Iterator[float]:
    """Search as one program of one member; yields the milliseconds of each search."""
    two = world.who("steward", "officer")
    wish = MemberWish(
        world.organisation,
        f"program {new_id()[:8]}",
        frozenset({Role.INVESTIGATOR}),
        os.urandom(32),
    )
    member = MemberId(str(add_member(world.app, two, wish)))
    world.people[member] = member
    until = world.clock() + timedelta(days=30)
    key = make_api_key(world.app, two, ApiKeyWish(member, CLEARANCE, until))
    if not isinstance(key, ApiKeyMade):
        raise TypeError(key)
    # What stands behind a photo's end is not looked at, and makes it another piece of evidence.
    probes = [photo + f"{member} {n}".encode() for n in range(-(-searches // MOST))]
    cases = [_case(world, member, probes[n : n + 5]) for n in range(0, len(probes), 5)]
    headers = {"authorization": f"Bearer {key.secret}"}
    with httpx2.Client(base_url=address, headers=headers, timeout=60) as line:
        for n in range(searches):
            probe = probes[n // MOST]
            began = time.perf_counter()
            answer = line.post(
                f"/api/v1/cases/{cases[n // MOST // 5]}/searches",
                data={"purpose": CLEARANCE},
                files={"photo": ("probe.jpg", probe, "image/jpeg")},
            )
            taken = (time.perf_counter() - began) * 1000
            if answer.status_code != 201:
                raise Integrity(answer.text)
            must(len(answer.json()["candidates"]) >= 1)
            yield taken


def _case(world: World, member: MemberId, evidence: Sequence[bytes]) -> CaseId:
    digests = frozenset(sha256(one).hexdigest() for one in evidence)
    wish = CaseWish(world.organisation, CLEARANCE, new_id()[:12], digests, 5)
    case = CaseId(str(open_case(world.app, world.who(member), wish)))
    approve_case(world.app, world.who("approver"), case)
    return case


@contextmanager
def _served(world: World) -> Iterator[str]:
    """Serve the deployment on a free port of this machine."""
    place = socket.create_server(("127.0.0.1", 0))
    port = place.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    door = opened(world.app, Serving(host="127.0.0.1", port=port, origin=address))
    for middleware in door.user_middleware:
        if middleware.cls.__name__ == "Paces":
            # As fast as it goes is what is asked here.
            middleware.kwargs["clock"] = iter(range(0, 10**9, 60)).__next__
    config = uvicorn.Config(door, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()
        place.close()


def _add(world: World, people: int, values: "np.ndarray | None" = None) -> None:
    """Keep people with a grant and ten templates each; all of them are ``values`` if given."""
    app, group = world.app, [(SubjectId(new_id()), GrantId(new_id())) for _ in range(people)]
    app.keyring.create(*(subject_key(s) for s, _ in group), *(grant_key(g) for _, g in group))
    keys = app.keyring.get_many(
        [*(subject_key(s) for s, _ in group), *(grant_key(g) for _, g in group)]
    )
    with app.store.unit() as unit:
        leaf = unit.head.size
        unit.subjects.add_many(_subject(s, keys[subject_key(s)]) for s, _ in group)
        unit.grants.add_many(a_grant(world, s, g, leaf) for s, g in group)
        unit.templates.add_many(_templates(world, group, keys, leaf, values))
        unit.record(Entry(EntryKind.COLLECTED, unit.now, facts=(("items", len(group)),)))


def _subject(subject: SubjectId, key: bytes) -> Subject:
    identity = Identity(f"Person {subject}", f"{subject}@example.org", "1980-01-01")
    sealed = seal(key, to_bytes(identity), f"subject:{subject}")
    return Subject(subject, None, os.urandom(32), False, sealed, SubjectState.KNOWN)


def _templates(
    world: World,
    group: list[Row],
    keys: dict[KeyId, bytes],
    leaf: int,
    values: "np.ndarray | None",
) -> Iterator[StoredTemplate]:
    source = np.random.default_rng(random.randrange(2**32))  # noqa: S311 - no secret
    rows = source.standard_normal((len(group) * EACH, 128)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    whole = np.rint(rows * STEP).astype(np.int16)
    if values is not None:
        whole[:] = values
    for n, row in enumerate(whole):
        grant, template = group[n // EACH][1], TemplateId(new_id())
        payload = to_bytes(ReferencePayload(array("h", row.tobytes()).tobytes(), 3))
        sealed = seal(keys[grant_key(grant)], payload, f"template:{template}")
        kind = TemplateKind.REFERENCE
        yield StoredTemplate(template, grant, kind, world.app.model, sealed, None, leaf)
