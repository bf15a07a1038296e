"""Somebody asks for their data, and what lies there then is opened."""

import json
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from licet.app import App
from licet.effects.packing.steps import secret_of
from licet.effects.record import record_machine
from licet.effects.requests import open_request, request_key, seal_request
from licet.ledger.verify import Verdict
from licet.ledger.verify_package import verify_package
from licet.terms.ids import PlanId, RequestId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import RequestPayload
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, WorkState
from licet.terms.rights import Request, RequestState, RightKind
from licet.vault.locked import Opened

STEPS = (EffectKind.BUILD_PACKAGE, EffectKind.DELIVER_PACKAGE)


def asked(
    app: App,
    subject: SubjectId,
    kind: RightKind = RightKind.ACCESS,
    contact: str = "anna@example.org",
    **parts: Any,
) -> Plan:
    """Put a proved request and its plan on record, as intake would."""
    request_id, plan_id = RequestId(new_id()), PlanId(new_id())
    app.keyring.create(request_key(request_id))
    payload = RequestPayload(
        name="Anna",
        contact=contact,
        words=("Please tell me what you keep.",),
        language=parts.pop("language", "en"),
        grants=(),
        templates=(),
        sources=(),
        since="",
        until="",
        places=(),
        representative="",
        proved=parts.pop("proved", (contact,)),
    )
    plan = Plan(
        id=plan_id,
        kind=PlanKind.ANSWER,
        cause=kind.value,
        subject=subject,
        grants=(),
        sealed=b"",
        state=WorkState.OPEN,
        created_at=app.clock(),
    )
    with app.store.unit() as unit:
        unit.plans.add(
            plan, [Effect(plan_id, n, step, WorkState.OPEN) for n, step in enumerate(STEPS)]
        )
        request = Request(
            id=request_id,
            subject=subject,
            kind=kind,
            newcomer=False,
            grant=None,
            plan=plan_id,
            received_at=unit.now,
            due=unit.now + timedelta(days=30),
            regime="gdpr@1",
            extended_at=None,
            letters=1,
            mandate="",
            channel_proved_at=unit.now,
            identity_accepted_at=None,
            state=RequestState.FULFILLING,
            closed_at=None,
            sealed=seal_request(app, request_id, payload),
            leaf=unit.head.size,
        )
        unit.requests.add(request)
        objects = (("plan", plan_id), ("request", request_id))
        record_machine(unit, EntryKind.REQUEST_PLANNED, objects)
    return plan


@dataclass(frozen=True)
class Unpacked:
    """All volumes of a package, unpacked into one folder of memory."""

    files: dict[str, bytes]
    volumes: tuple[dict[str, bytes], ...]
    secret: str

    @property
    def data(self) -> dict[str, Any]:
        """What ``package.json`` holds."""
        return json.loads(self.files["package.json"])

    @property
    def counts(self) -> dict[str, int]:
        """What the manifest counts, by store."""
        return {row["store"]: row["count"] for row in self.data["manifest"]}

    def verdict(self, vkey: str | None = None, files: dict[str, bytes] | None = None) -> Verdict:
        """Check the package, or these files of it, as a stranger would."""
        here = self.files if files is None else files
        return verify_package(here, lambda name: BytesIO(here[name]), vkey)


def request_of(app: App, plan: Plan) -> Request:
    """Return the request that a plan answers."""
    with app.store.read() as reader:
        found = reader.requests.of_plan(plan.id)
    assert found is not None
    return found


def unpack(app: App, plan: Plan, volumes: list[bytes] | None = None) -> Unpacked:
    """Open what lies there for a plan's request, or the volumes that came by letter."""
    request = request_of(app, plan)
    secret = secret_of(app, request, open_request(app, request))
    folder = app.settings.place(app.settings.packages) / request.id
    if volumes is None:
        volumes = [file.read_bytes() for file in sorted(folder.glob("*.zip"))]
    opened = [_read(Opened(BytesIO(one), secret)) for one in volumes]
    return Unpacked({k: v for one in opened for k, v in one.items()}, tuple(opened), secret)


def _read(opened: Opened) -> dict[str, bytes]:
    found = {}
    for name in opened.names:
        with opened.open(name) as stream:
            found[name] = stream.read()
    return found
