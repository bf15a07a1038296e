"""What people do about their rights in a history, and what those who answer do."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from licet.app import App
from licet.appearances import confirm_appearance
from licet.rectifying import correct, unlink
from licet.rights import hold as holds
from licet.rights.answering import answer_now, refuse_request
from licet.rights.audit import Opened, open_record
from licet.rights.closing import close_deployment
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.standing import release, restrict
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput, Busy, Conflict, NotFound
from licet.terms.granting import Enrolled, FailureToEnrol, WrongCode
from licet.terms.ids import AccountId, GrantId, HoldId, RequestId, SubjectId, TemplateId
from licet.terms.permit import Refusal
from licet.terms.rectifying import Confirmed, Corrected, Correction
from licet.terms.rights import Decided, HoldWish, Proved, Received, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.vision import photo
from tests.invariants.acts import Acts, Cut
from tests.invariants.house import ARCHIVE
from tests.invariants.known import OVER
from tests.invariants.known_rights import RightsKnown
from tests.invariants.raw import Picture

ENDS = frozenset({RightKind.WITHDRAWAL, RightKind.ERASURE})
RESTRICTS = frozenset({RightKind.RESTRICTION, RightKind.OBJECTION})
NOT_NOW = (NotFound, Conflict, BadInput, Busy)
"""What a door answers to somebody who comes too early, too late or with the wrong thing."""


@dataclass
class RightsActs(Acts):
    """Acts in one house, those on people's rights among them."""

    rights: RightsKnown = field(default_factory=RightsKnown)

    def tried(self, act: Any, crash: int | None = None, app: App | None = None) -> Any:
        """Do an act that the door may turn away; None when it did."""
        try:
            return self.do(act, crash, app)
        except NOT_NOW:
            self.house.boundaries.rest()
            return None

    # -- requests

    def write(self, name: str, kind: RightKind, crash: int | None, **parts: Any) -> object:
        """A person's letter comes in. It is taken in, however many came before."""
        contact = parts.pop("contact", f"{name}@example.org")
        wish = RequestWish(kind, contact, name=name, **parts)
        steward = self.house.at(ARCHIVE).who("steward")
        done = self.do(lambda app: receive(app, steward, wish), crash)
        assert isinstance(done, Received | Cut), f"10. a letter was turned away: {done}"
        if isinstance(done, Received):
            self.rights.came(done, wish)
            subject = self.subject_of(done.request)
            if subject is not None and not self.known.names.get(subject):
                self.known.names[subject] = name
        return done

    def prove(self, request: str, right: bool, crash: int | None, app: App | None = None) -> object:
        """The code comes back, or somebody guesses; what was asked for happens at once."""
        code = self.house.letters.codes.get(request, "")
        said = code if right and code else "AAAAA AAAAA"
        if right and code:
            self._may_happen(request)
        wrong = self._wrong_faces(request)
        done = self.tried(lambda one: prove(one, RequestId(request), said), crash, app)
        if isinstance(done, Proved):
            assert right, "a wrong code was taken"
            self.rights.proved.add(request)
            self._happened(request)
            for grant, faces in wrong.items():
                self.rights.unlinked.setdefault(grant, set()).update(faces)
        elif isinstance(done, WrongCode):
            assert not right or not code, "the right code was refused as wrong"
        return done

    def _may_happen(self, request: str) -> None:
        asked = self.rights.requests[request]
        for known in self._meant(request):
            if asked.kind in ENDS:
                known.may |= OVER
            elif asked.kind in RESTRICTS and not known.may & OVER:
                known.may |= {"restricted"}

    def _happened(self, request: str) -> None:
        asked = self.rights.requests[request]
        subject = self.subject_of(request)
        for known in self._meant(request):
            if asked.kind in ENDS:
                self.known.take_back(known.id, True)
            elif asked.kind in RESTRICTS and not known.may <= OVER:
                self.known.must(known.id, "restricted", *(known.may & OVER))
        if asked.kind is RightKind.ERASURE and subject is not None:
            self.known.erasing.add(subject)

    def _wrong_faces(self, request: str) -> dict[str, set[str]]:
        """The faces that a person's letter names as wrong, and that are theirs to name."""
        asked, subject = self.rights.requests[request], self.subject_of(request)
        found: dict[str, set[str]] = {}
        picture = self.house.database.picture()
        for row in picture["template"] if asked.kind is RightKind.RECTIFICATION else ():
            grant = picture.grants[row["grant"]]
            theirs = grant["subject"] == subject and grant["state"] != "ending"
            face = self.rights.faces.get(row["id"])
            if row["id"] in asked.templates and theirs and face is not None:
                found.setdefault(row["grant"], set()).add(face)
        return found

    def _meant(self, request: str) -> list[Any]:
        asked, subject = self.rights.requests[request], self.subject_of(request)
        grants = self.known.of_subject(subject) if subject else []
        named = asked.kind is not RightKind.ERASURE and asked.grants
        return [known for known in grants if not named or known.id in asked.grants]

    def subject_of(self, request: str) -> str | None:
        """Who asks, by the row."""
        rows = self.house.database.rows(f"SELECT subject FROM request WHERE id = '{request}'")
        return str(rows[0][0]) if rows else None

    def attach(self, request: str, name: str, crash: int | None) -> object:
        """Photos of the person come with the request."""
        steward = self.house.at(ARCHIVE).who("steward")
        self.shots += 1
        photos = (photo(name, shot=self.shots),)
        return self.tried(lambda app: attach_photo(app, steward, RequestId(request), photos), crash)

    def accept(self, request: str, name: str, crash: int | None) -> object:
        """A human looks at the photo and accepts, for a reason, that it is theirs."""
        officer = self.house.at(ARCHIVE).who("officer")
        self.shots += 1
        photos = (photo(name, shot=self.shots),)
        accepted = lambda app: accept_photo(  # noqa: E731 - run now or when the house was cut and opened again
            app, officer, RequestId(request), photos, "we met on the quay"
        )
        return self.tried(accepted, crash)

    def answer(self, request: str, crash: int | None) -> object:
        """A human answers in words, or upholds an objection."""
        officer = self.house.at(ARCHIVE).who("officer")
        asked = self.rights.requests[request]
        if asked.kind is RightKind.OBJECTION:
            for known in self._meant(request):
                known.may |= OVER if "restricted" in known.may else frozenset()
        return self.tried(
            lambda app: answer_now(app, officer, RequestId(request), "see page 3"), crash
        )

    def refuse(self, request: str, crash: int | None) -> object:
        """A human refuses, with a reason and the article."""
        officer = self.house.at(ARCHIVE).who("officer")
        if self.rights.requests[request].kind is RightKind.OBJECTION:
            for known in self._meant(request):
                self._may_be_free(known)
        done = self.tried(
            lambda app: refuse_request(
                app, officer, RequestId(request), "it is about somebody else", "GDPR 12(5)"
            ),
            crash,
        )
        if isinstance(done, Decided | Cut):
            self.rights.refused.add(request)
        return done

    def _may_be_free(self, known: Any) -> None:
        if "restricted" in known.may:
            known.may |= {"active", "pending"}

    # -- standing

    def enrol(
        self, grant: str, name: str, how: str, crash: int | None = None
    ) -> Enrolled | FailureToEnrol | Refusal | Cut:
        """Enrol a person; who resembles somebody else waits for the officer's look."""
        known = self.known.grants[grant]
        known.may |= {"restricted"} if "active" in known.may else frozenset()
        return super().enrol(grant, name, how, crash)

    def restrict(self, grant: str, person: bool, crash: int | None) -> object:
        """A grant is set aside, by the person or a member."""
        who = SUBJECT if person else self.house.at(self.organisation_of(grant)).who("steward")
        known = self.known.grants[grant]
        before = known.may
        if not before & OVER:
            known.may |= {"restricted"}
        done = self.tried(lambda app: restrict(app, who, GrantId(grant)), crash)
        if done is not None and not isinstance(done, Refusal | Cut):
            assert not before <= OVER, "what is ending was restricted"
            self.known.must(grant, "restricted", *(before & OVER))
        return done

    def release(self, grant: str, person: bool, alone: bool, crash: int | None) -> object:
        """A restricted grant is to be used again: by the person, or two members (5)."""
        members = self.house.at(self.organisation_of(grant))
        both = members.who("steward", *(() if alone else ("officer",)))
        who = SUBJECT if person else both
        known = self.known.grants[grant]
        known.may |= {"active", "pending"} if "restricted" in known.may else frozenset()
        done = self.tried(lambda app: release(app, who, GrantId(grant), "it was settled"), crash)
        if done is not None and not isinstance(done, Refusal | Cut):
            assert person or not alone, "5. one member alone released a grant"
            assert not self.rights.held(grant, self.house.now), "a held grant was released"
        return done

    # -- appearances

    def take_off(self, template: str, grant: str, crash: int | None) -> object:
        """A person says that a face is not theirs."""
        face = self.rights.faces.get(template)
        done = self.tried(lambda app: unlink(app, SUBJECT, TemplateId(template)), crash)
        if done is not None and not isinstance(done, Refusal | Cut) and face is not None:
            self.rights.unlinked.setdefault(grant, set()).add(face)
        return done

    def correct(
        self, subject: str, name: str, request: str | None, who: tuple[str, ...], crash: int | None
    ) -> object:
        """A name, or the contact that a request proves, is put right by the person or members."""
        doer = self.house.at(ARCHIVE).who(*who) if who else SUBJECT
        wish = Correction(SubjectId(subject), name, RequestId(request) if request else None)
        (was,) = self.rights.called[subject]
        asked = self.rights.requests.get(request or "")
        becomes = (name or was[0], asked.contact if asked else was[1])
        self.known.said |= {part.encode() for part in (*was, *becomes) if part}
        written = len(self.house.letters.letters)
        self.rights.called[subject] = {was, becomes}
        done = self.tried(lambda app: correct(app, doer, wish), crash)
        if not isinstance(done, Cut):
            self.rights.called[subject] = {becomes if isinstance(done, Corrected) else was}
        if isinstance(done, Corrected):
            assert not who or set(who) == {"steward", "officer"}, f"5. {who} corrected a person"
            assert request is None or request in self.rights.proved, "an unproved contact was taken"
            told = {letter.to for letter in self.house.letters.letters[written:]}
            reached = {was[1], becomes[1]} - {""}
            assert told >= reached, "a person was corrected and not told"
            assert "" not in told, "a letter went nowhere"
        return done

    def confirm_face(self, template: str, crash: int | None) -> object:
        """A person says that a face is theirs: it lapses no more."""
        done = self.tried(lambda app: confirm_appearance(app, SUBJECT, TemplateId(template)), crash)
        if isinstance(done, Confirmed):
            self.rights.confirmed.add(template)
        return done

    # -- holds and accounts

    def hold(
        self, subject: str, grants: tuple[str, ...], days: int, alone: bool, crash: int | None
    ) -> object:
        """A legal hold is placed by two members, the officer among them (5)."""
        who = self.house.at(ARCHIVE).who(*(("officer",) if alone else ("officer", "steward")))
        until = self.house.clock() + timedelta(days=days)
        named = tuple(map(GrantId, grants))
        wish = HoldWish(SubjectId(subject), named, "cd" * 32, until)
        for grant in grants:
            known = self.known.grants[grant]
            known.may |= {"restricted"} if not known.may & OVER else frozenset()
        done = self.tried(lambda app: holds.place(app, who, wish), crash)
        if isinstance(done, str):
            assert not alone, "5. one member alone placed a hold"
        return done

    def lift_hold(self, name: str, alone: bool, crash: int | None) -> object:
        """A hold ends before its time, by two members."""
        who = self.house.at(ARCHIVE).who(*(("officer",) if alone else ("officer", "steward")))
        for grant in self.rights.holds[name].grants:
            if grant in self.known.grants:
                self._may_be_free(self.known.grants[grant])
        done = self.tried(lambda app: holds.lift(app, who, HoldId(name)), crash)
        assert not (alone and isinstance(done, int)), "5. one member alone lifted a hold"
        return done

    def open_account(self, account: str, *who: str) -> object:
        """Somebody reads who searched a person who was erased (13)."""
        members = self.house.at(ARCHIVE).who(*who)
        done = self.tried(lambda app: open_record(app, members, AccountId(account)))
        if isinstance(done, Opened):
            assert set(who) == {"officer", "auditor"}, f"13. {who} opened a record"
            assert done.searches, "13. a record of nothing was kept"
        elif set(who) == {"officer", "auditor"}:
            assert done is None, "13. officer and auditor were refused"
        return done

    # -- time and the end

    def worker(self, crash: int | None = None) -> object:
        """The worker does one round; what it may do by itself is allowed for."""
        self.known.expire(self.house.now)
        self.rights.machine(self.known, self.house.database.picture(), self.house.now)
        done = self.do(run_once, crash)
        assert isinstance(done, Cut) or not done.problems, done.problems
        return done

    def close(self, picture: Picture) -> object:
        """The whole deployment is ended by two of the controller's members."""
        world = self.house.at(ARCHIVE)
        alone = close_deployment(self.house.app, world.who("officer"), world.organisation)
        assert isinstance(alone, Refusal), "5. one member alone ended the deployment"
        both = world.who("officer", "steward")
        for known in self.known.grants.values():
            known.may |= OVER
        self.known.erasing.update(picture.subjects)
        return close_deployment(self.house.app, both, world.organisation)
