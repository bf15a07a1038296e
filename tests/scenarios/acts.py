"""What people do on the stage, in one call each."""

from licet.demo.stage import Stage, allowed
from licet.enrol import enrol
from licet.granting import ask_grant, confirm
from licet.sourcing import add_source
from licet.terms.granting import Enrolled
from licet.terms.ids import GrantId, SourceId, SubjectId
from licet.terms.source import BystanderCondition


def say_yes(stage: Stage, name: str) -> tuple[GrantId, SubjectId]:
    """Let a person be asked and act."""
    asked = allowed(ask_grant(stage.app, stage.who("steward"), stage.wish(name)))
    confirm(stage.app, asked.grant, stage.code())
    return asked.grant, asked.subject


def be_enrolled(stage: Stage, name: str, photo: str) -> tuple[GrantId, SubjectId]:
    """Let a person be asked, act, and be enrolled from a photo and a print of it."""
    grant, subject = say_yes(stage, name)
    done = enrol(stage.app, stage.who("steward", "officer"), grant, stage.enrolment(photo), 1)
    assert isinstance(done, Enrolled), done
    return grant, subject


def open_album(stage: Stage) -> SourceId:
    """Open the folder of group photos as a source."""
    wish = stage.source_wish(BystanderCondition.ALL_PICTURED_CONSENTED)
    return allowed(add_source(stage.app, stage.who("steward", "officer"), wish)).id
