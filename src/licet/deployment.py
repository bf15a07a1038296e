"""Opening a deployment: its keys, its ledger, its controller and first members.

One deployment is one controller. Two members begin it, a steward and a data
protection officer who is somebody else (GDPR 38(6)), so that every two-person
act has two people from the first day.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from licet.app import CONTACT_KEY, App, open_app
from licet.consent.purposes import table
from licet.effects.acting import digest_of
from licet.effects.record import Facts, actor_commitment
from licet.ledger.checkpoint import LedgerKey
from licet.settings import FILE_NAME, Settings
from licet.store import migrate
from licet.store.unit import Unit
from licet.terms.errors import BadInput, Conflict
from licet.terms.ids import AgreementId, KeyId, MemberId, OrganisationId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import (
    Agreement,
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    Role,
)
from licet.terms.stored import Deployment
from licet.terms.when import Clock, utc_now
from licet.vault.keyring import Keyring
from licet.vault.service import LocalKeyService

AGREEMENT_TERM = timedelta(days=365)
"""A controller renews its own undertaking every year."""


@dataclass(frozen=True, slots=True)
class FirstMember:
    """One of the two who begin: a name for people to read, and an Ed25519 public key."""

    name: str
    public_key: bytes
    role: Role


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new deployment states about itself.

    The digests are SHA-256 (hex) of the documents: the impact assessment (GDPR
    35) and the controller's own undertaking. A sandbox needs neither and can
    never become real.
    """

    controller: str
    members: tuple[FirstMember, ...]
    sandbox: bool = False
    undertaking: str = ""
    dpia_digest: str = ""
    ai_act_classification: str = ""
    established_in_eu: bool = True
    eu_representative: str = ""
    fpir_search: float = 0.01
    fpir_collect: float = 0.001


@dataclass(frozen=True, slots=True)
class Opened:
    """A deployment that is ready to be used: its id and the ids of what it began with."""

    deployment: Deployment
    organisation: OrganisationId
    members: tuple[MemberId, ...]


def open_deployment(settings: Settings, opening: Opening, clock: Clock = utc_now) -> Opened:
    """Open a new deployment.

    1. Refuse what is incomplete, or a place that holds a deployment.
    2. Make the folders and the store's tables.
    3. Make the ledger's key and the keyring with the keys that rows will need.
    4. In one unit of work: deployment, controller, agreement, members; record.
    5. Mirror and sign the ledger's first head.
    6. Write the settings, last of all: what was stopped before is no deployment.

    Raises ``BadInput``, ``Conflict``, ``Setup``.
    """
    _check(settings, opening)  # 1
    _make_folders(settings)  # 2
    migrate(settings.url)
    deployment_id, organisation = new_id(), OrganisationId(new_id())
    LedgerKey.create(settings.place(settings.ledger_key), f"licet/{deployment_id}")  # 3
    service = LocalKeyService(settings.place(settings.epochs))
    keyring = Keyring.open(
        settings.place(settings.keyring), settings.place(settings.keyring_replica), service
    )
    keyring.create(CONTACT_KEY, KeyId(f"organisation:{organisation}"))
    keyring.close()
    app = open_app(settings, clock=clock, recovering=True)
    with app.store.unit() as unit:  # 4
        deployment = _deployment(deployment_id, opening, unit)
        unit.deployment.put(deployment)
        members = _begin(app, unit, organisation, opening)
    replace(app, deployment=deployment).publish()  # 5
    app.close()
    _write_settings(settings)  # 6
    return Opened(deployment, organisation, members)


def _check(settings: Settings, opening: Opening) -> None:
    if (settings.home / FILE_NAME).exists():
        raise Conflict(f"{settings.home} holds a deployment already", "Choose another folder.")
    if settings.place(settings.ledger_key).exists():
        raise Conflict(
            f"{settings.home} holds what is left of an opening that was stopped",
            "Empty it, or choose another folder; no deployment was opened there.",
        )
    if not opening.controller.strip():
        raise BadInput("the controller has no name", "Say who is responsible (GDPR 4(7)).")
    roles = {member.role for member in opening.members}
    if not opening.sandbox and not {Role.STEWARD, Role.DATA_PROTECTION_OFFICER} <= roles:
        raise BadInput(
            "a deployment begins with a steward and a data protection officer",
            "Name two different people (GDPR 38(6)).",
        )
    keys = [member.public_key for member in opening.members]
    if len(set(keys)) < len(keys):
        raise BadInput("two members have one key", "Each member makes a key of their own.")


def _make_folders(settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    for place in (settings.keyring, settings.keyring_replica, settings.ledger_key):
        settings.place(place).parent.mkdir(parents=True, exist_ok=True)
    if not settings.database_url:
        (settings.home / "store").mkdir(exist_ok=True)


def _write_settings(settings: Settings) -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    stated = {
        name: value
        for name, value in settings.model_dump().items()
        if name != "home" and value != defaults[name]
    }
    lines = [f"{name} = {_toml(value)}\n" for name, value in stated.items()]
    head = "# One licet deployment. See docs/reference/settings.md.\n"
    (settings.home / FILE_NAME).write_text(head + "".join(lines), encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _deployment(deployment_id: str, opening: Opening, unit: Unit) -> Deployment:
    return Deployment(
        id=deployment_id,
        origin=f"licet/{deployment_id}",
        controller=opening.controller,
        sandbox=opening.sandbox,
        opened_at=unit.now,
        dpia_digest=opening.dpia_digest,
        ai_act_classification=opening.ai_act_classification,
        established_in_eu=opening.established_in_eu,
        eu_representative=opening.eu_representative,
        fpir_search=opening.fpir_search,
        fpir_collect=opening.fpir_collect,
        checkpoint_size=0,
        purposes=table().digest if opening.dpia_digest else "",
    )


def _begin(
    app: App, unit: Unit, organisation: OrganisationId, opening: Opening
) -> tuple[MemberId, ...]:
    controller = Organisation(organisation, opening.controller, OrganisationKind.CONTROLLER)
    unit.governance.add_organisation(controller)
    digest = opening.undertaking or digest_of("sandbox", opening.controller)
    agreement = AgreementId(new_id())
    unit.governance.add_agreement(
        Agreement(agreement, organisation, digest, unit.now, unit.now + AGREEMENT_TERM)
    )
    kinds = (EntryKind.DEPLOYMENT_OPENED, EntryKind.ORGANISATION_ADDED, EntryKind.AGREEMENT_SIGNED)
    for kind in kinds:
        stated: Facts = (("sandbox", opening.sandbox), ("digest", digest))
        objects = (("agreement", agreement),)
        unit.record(Entry(kind, unit.now, organisation, objects=objects, facts=stated))
    members = []
    for first in opening.members:
        member = MemberId(new_id())
        unit.governance.add_member(
            Member(
                member,
                organisation,
                first.name,
                frozenset({first.role}),
                first.public_key,
                MemberState.ACTIVE,
            )
        )
        actor = actor_commitment(app, organisation, member)
        roles: Facts = (("roles", first.role.value),)
        unit.record(Entry(EntryKind.MEMBER_ADDED, unit.now, organisation, actor, facts=roles))
        members.append(member)
    return tuple(members)
