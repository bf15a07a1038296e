"""The story of the demonstration: from a grant to a found face to a proof, in eleven scenes.

Everything runs on real photos with the real models in a sandbox. Nothing here is
special: each scene calls the flow that the command line calls.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from licet.app import App, open_app
from licet.backfill import backfill
from licet.collect import collect
from licet.demo.page import Picture, Scene, write_page
from licet.demo.stage import CLEARANCE, Stage, allowed, set_up
from licet.effects.certifying import certificate
from licet.effects.scanning import scan_for
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger.verify import verify_file
from licet.recovery import back_up, restore
from licet.rights.erase import erase
from licet.search import search
from licet.show import show
from licet.sources import fixtures
from licet.sourcing import add_source
from licet.terms.acting import SUBJECT
from licet.terms.errors import Integrity
from licet.terms.face import cosine_of
from licet.terms.granting import Enrolled
from licet.terms.ids import CaseId, GrantId, SourceId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.terms.source import BystanderCondition


@dataclass
class Story:
    """What has happened so far, for the terminal and for the page."""

    stage: Stage
    say: Console
    began: float
    scenes: list[Scene] = field(default_factory=list)
    grants: dict[str, GrantId] = field(default_factory=dict)
    subjects: dict[str, SubjectId] = field(default_factory=dict)
    source: SourceId = field(init=False)
    case: CaseId = field(init=False)

    @property
    def app(self) -> App:
        """The sandbox's rooms."""
        return self.stage.app

    @contextmanager
    def scene(self, title: str) -> Iterator[Scene]:
        """Tell one scene: its title now, its seconds when it is over."""
        scene = Scene(title)
        self.say.print(f"\n[bold]{len(self.scenes) + 1}. {title}[/bold]")
        start = time.perf_counter()
        yield scene
        scene.seconds = time.perf_counter() - start
        self.scenes.append(scene)

    def tell(self, scene: Scene, line: str) -> None:
        """Say a line that went as it should."""
        scene.lines.append((line, "done"))
        self.say.print(f"   [green]✓[/green] {line}")

    def refused(self, scene: Scene, what: str, answer: object) -> None:
        """Say a refusal, which is what should happen here."""
        if not isinstance(answer, Refusal):
            raise Integrity(f"{what} should have been refused")
        line = f"{what}: refused. {answer.says} ({answer.article})"
        scene.lines.append((line, "refused"))
        self.say.print(f"   [yellow]✗[/yellow] {line}")


def main(out: Path, cache: Path) -> int:
    """Run the demonstration into ``out`` (a new folder) and return 0.

    Fixture photos are kept in ``cache``. Raises ``Setup`` when they or the models
    cannot be fetched, ``Conflict`` when ``out`` is in use.
    """
    say = Console(highlight=False)
    began = time.perf_counter()
    photos = fixtures.fetch(cache, lambda line: say.print(f"   {line}"))
    say.print("[bold]licet[/bold]: nobody can be found without a live legal basis.\n")
    say.print("The photos, with thanks:")
    for photo in photos:
        say.print(f"   {photo.person}, by {photo.author} ({photo.licence})")
    say.print(
        "\nTheir photos are free to use; their yes is acted here, which only a sandbox allows."
    )
    story = Story(set_up(out, photos), say, began)
    _a_source(story)
    _grants(story)
    _enrolments(story)
    _collecting(story)
    _nobody_else(story)
    _searching(story)
    _backfilling(story)
    _withdrawing(story)
    _backing_up(story)
    _erasing(story)
    _restoring(story)
    page = write_page(out, story.scenes, photos, time.perf_counter() - began)
    story.app.close()
    say.print(f"\n[bold green]Done[/bold green] in {time.perf_counter() - began:.0f} s.")
    say.print(f"Look at [bold]{page}[/bold] in a browser, then read docs/tutorial/first-archive.md")
    return 0


def _a_source(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("A source states on what basis its bystanders may be compared") as scene:
        two = stage.who("steward", "officer")
        story.refused(
            scene,
            "An album without a bystander condition",
            add_source(app, two, stage.source_wish(None)),
        )
        wish = stage.source_wish(BystanderCondition.ALL_PICTURED_CONSENTED)
        story.source = allowed(add_source(app, two, wish)).id
        story.tell(scene, f"{len(stage.groups)} group photos stand ready in the album")
        scene.pictures = [
            Picture(name, data, "what the photographer took") for name, data in stage.groups.items()
        ]


def _grants(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("People are asked, and say yes with a code sent to them alone") as scene:
        for name in ("Jacinda Ardern", "Emmanuel Macron", "Rishi Sunak"):
            asked = allowed(ask_grant(app, stage.who("steward"), stage.wish(name)))
            story.grants[name], story.subjects[name] = asked.grant, asked.subject
            if name == "Rishi Sunak":
                story.tell(scene, f"{name} was asked and has not answered: the grant is pending")
                continue
            confirm(app, asked.grant, stage.code())
            story.tell(scene, f"{name} was asked and said yes")


def _enrolments(story: Story) -> None:
    stage, app = story.stage, story.app
    photos = {"Jacinda Ardern": "ardern-2018", "Emmanuel Macron": "macron-2014"}
    with story.scene("Enrolment: from a photo years older than those in the album") as scene:
        for name, photo in photos.items():
            _enrol(story, name, photo)
            story.tell(scene, f"{name} is enrolled from {photo}")
        pending = enrol(
            app,
            stage.who("steward", "officer"),
            story.grants["Rishi Sunak"],
            stage.enrolment("sunak"),
            1,
        )
        story.refused(scene, "Enrolling Rishi Sunak, who has not said yes", pending)


def _enrol(story: Story, name: str, photo: str) -> Enrolled:
    stage = story.stage
    two = stage.who("steward", "officer")
    done = enrol(story.app, two, story.grants[name], stage.enrolment(photo), 1)
    if not isinstance(done, Enrolled):
        raise Integrity(f"{name} should have been enrolled")
    return done


def _collecting(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("Collecting: every face is compared, strangers are forgotten") as scene:
        done = allowed(collect(app, stage.who("steward"), story.source))
        story.tell(
            scene,
            f"{done.items} photos, {done.faces} faces: {done.appearances} appearances kept, "
            f"{done.suggestions} suggestions, all others forgotten",
        )


def _nobody_else(story: Story) -> None:
    stage, app = story.stage, story.app
    strangers = ("obama", "collins", "hopper", "sunak")
    with story.scene("The others left no template: every file is searched for theirs") as scene:
        needles: list[bytes] = []
        for data in stage.groups.values():
            seen = app.vision.inspect(data)
            needles.extend(face.template.values for face in getattr(seen, "faces", ()))
        scan = scan_for(app, needles)
        with app.store.read() as reader:
            kept = reader.templates.count()
        if scan.found:
            raise Integrity("a template was found in clear")
        story.tell(scene, f"{kept} sealed templates at rest, all of two people")
        story.tell(
            scene,
            f"{scan.files} files, {scan.size:,} bytes read: none of the {len(needles)} faces' "
            f"features stands in any, and none of {len(strangers)} strangers has a row",
        )


def _searching(story: Story) -> None:
    stage, app = story.stage, story.app
    probe, stranger = stage.photo("ardern-2022"), stage.photo("obama")
    investigator = stage.who("investigator")
    with story.scene("Searching: a case, a purpose, an approval, and then candidates") as scene:
        story.case = stage.case(probe, stranger)
        found = allowed(search(app, investigator, story.case, CLEARANCE, probe))
        _show_candidates(story, scene, found)
        nobody = allowed(search(app, investigator, story.case, CLEARANCE, stranger))
        if nobody.candidates:
            raise Integrity("a stranger was found")
        story.tell(scene, "Barack Obama gave no grant. Searched by his photo: no candidate")
        other = type(CLEARANCE)("find_my_photos@1")
        story.refused(
            scene,
            "The same photo for another purpose",
            search(app, investigator, story.case, other, probe),
        )
        story.refused(
            scene,
            "A photo that is no evidence of this case",
            search(app, investigator, story.case, CLEARANCE, stage.photo("hopper")),
        )
        story.refused(
            scene,
            "The steward, who is no investigator",
            search(app, stage.who("steward"), story.case, CLEARANCE, probe),
        )


def _show_candidates(story: Story, scene: Scene, found: SearchResult) -> None:
    for candidate in found.candidates:
        story.tell(
            scene,
            f"candidate {candidate.rank}: score {cosine_of(candidate.score):.2f}, threshold "
            f"{cosine_of(found.threshold):.2f} for {found.in_scope} people in scope; "
            f"{candidate.expected_innocent:.4f} innocent candidates expected at this score",
        )
        for seen in candidate.appearances:
            shown = allowed(
                show(
                    story.app,
                    story.stage.who("investigator"),
                    seen.item,
                    candidate.grant,
                    story.case,
                )
            )
            words = f"what the investigator sees: {shown.covered} others are covered"
            scene.pictures.append(Picture(f"found-{seen.address}", shown.picture, words))
    if not found.candidates:
        raise Integrity("the data subject was not found")


def _backfilling(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("Somebody enrols later: the album is read again for her alone") as scene:
        asked = allowed(ask_grant(app, stage.who("steward"), stage.wish("Eileen Collins")))
        story.grants["Eileen Collins"] = asked.grant
        confirm(app, asked.grant, stage.code())
        _enrol(story, "Eileen Collins", "collins")
        done = allowed(backfill(app, asked.grant, story.source))
        story.tell(scene, f"Eileen Collins said yes: {done.appearances} appearances found again")


def _withdrawing(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("Withdrawing takes one step and holds at once") as scene:
        allowed(withdraw(app, SUBJECT, story.grants["Emmanuel Macron"]))
        with app.store.read() as reader:
            left = len(reader.templates.of_grant(story.grants["Emmanuel Macron"]))
        story.tell(scene, f"Emmanuel Macron withdrew: {left} templates left, his key is destroyed")
        story.refused(
            scene,
            "Enrolling him again under the old grant",
            enrol(
                app,
                stage.who("steward", "officer"),
                story.grants["Emmanuel Macron"],
                stage.enrolment("macron-2014"),
                1,
            ),
        )


def _backing_up(story: Story) -> None:
    with story.scene("A backup is made: sealed rows, and never a key") as scene:
        backed = back_up(story.app, story.stage.out / "monday.licet")
        size = backed.file.stat().st_size
        story.tell(scene, f"{backed.rows} rows, {size:,} bytes, while Jacinda Ardern is in it")


def _erasing(story: Story) -> None:
    stage, app = story.stage, story.app
    with story.scene("Erasing: rows deleted, keys destroyed, looked for, certified") as scene:
        plan = allowed(erase(app, SUBJECT, story.subjects["Jacinda Ardern"]))
        file = stage.out / "erasure-certificate.json"
        file.write_bytes(certificate(app, plan))
        key = stage.out / "ledger.vkey"
        key.write_text(app.ledger_key.vkey + "\n", encoding="utf-8")
        verdict = verify_file(file.read_bytes(), app.ledger_key.vkey)
        if not verdict.ok:
            raise Integrity(f"the certificate does not hold: {verdict.problems}")
        story.tell(scene, f"the certificate holds, checked offline: {len(verdict.proved)} facts")
        for fact in verdict.proved:
            scene.lines.append((f"proved: {fact}", "done"))
        for word in verdict.rests_on_word:
            scene.lines.append((f"rests on the operator's word: {word}", "word"))


def _restoring(story: Story) -> None:
    stage = story.stage
    with story.scene("Monday's backup is restored, and still finds nobody") as scene:
        story.app.close()
        restored = restore(stage.settings, stage.out / "monday.licet")
        stage.app = open_app(stage.settings)
        deleted = sum(count for _, count in restored.deleted)
        story.tell(
            scene,
            f"{restored.rows} rows loaded, {restored.imported} later entries applied, "
            f"{deleted} rows deleted because their keys are gone",
        )
        probe = stage.photo("ardern-2022")
        again = allowed(search(stage.app, stage.who("investigator"), story.case, CLEARANCE, probe))
        if again.candidates:
            raise Integrity("an erased person came back")
        story.tell(scene, "Jacinda Ardern, searched by her own photo: no candidate")
