"""Exit codes: one table from every error and every answer to a number."""

from enum import IntEnum

from licet.terms import errors


class Exit(IntEnum):
    """What the number says that a command ends with."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    REFUSED = 3
    FAILURE_TO_ENROL = 4
    WRONG_CODE = 5
    NOT_PROVED = 6
    TO_MEND = 7
    BAD_INPUT = 10
    NOT_FOUND = 11
    CONFLICT = 12
    BUSY = 13
    INTEGRITY = 14
    CORRUPT = 15
    KEY_ABSENT = 16
    QUARANTINE = 17
    SETUP = 18
    ENDED = 19
    STOPPED = 130
    READER_GONE = 141


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "Done. A search without a candidate is done too.",
    Exit.DEFECT: "A defect of licet itself. What it was about is printed without a traceback.",
    Exit.USAGE: "The command line cannot be read: an unknown command or option.",
    Exit.REFUSED: "Refused, with reason, article and what would change it. It is in the ledger.",
    Exit.FAILURE_TO_ENROL: "Failure to enrol, with the reasons by photo. Nothing was kept.",
    Exit.WRONG_CODE: "The code was not the one sent. The try is counted.",
    Exit.NOT_PROVED: "`verify`: the file does not prove what it says.",
    Exit.TO_MEND: "`doctor`, `worker --once`, `ledger witness`: something must be mended. "
    "`redact`: some files have no picture. `upload`: some files are not kept.",
    Exit.BAD_INPUT: "Something given is not right: a file, a word, a number.",
    Exit.NOT_FOUND: "There is no such object, or not here.",
    Exit.CONFLICT: "The object is in a state that does not allow this.",
    Exit.BUSY: "Somebody else holds it now. Trying again later is right.",
    Exit.INTEGRITY: "Something stored is not what was stored.",
    Exit.CORRUPT: "Stored bytes fail their check.",
    Exit.KEY_ABSENT: "The key of stored bytes was destroyed or is not here.",
    Exit.QUARANTINE: "The store is older than its signed ledger: restore first.",
    Exit.SETUP: "The deployment or this machine lacks something.",
    Exit.ENDED: "The whole deployment was ended for good: no command does anything here.",
    Exit.STOPPED: "Stopped by Ctrl-C. Everything done so far is kept.",
    Exit.READER_GONE: "Whoever read the output went away before its end.",
}

ERRORS: dict[type[errors.LicetError], Exit] = {
    errors.BadInput: Exit.BAD_INPUT,
    errors.NotFound: Exit.NOT_FOUND,
    errors.Conflict: Exit.CONFLICT,
    errors.Ended: Exit.ENDED,
    errors.Busy: Exit.BUSY,
    errors.Corrupt: Exit.CORRUPT,
    errors.KeyAbsent: Exit.KEY_ABSENT,
    errors.Quarantine: Exit.QUARANTINE,
    errors.Integrity: Exit.INTEGRITY,
    errors.Setup: Exit.SETUP,
    errors.Stopped: Exit.STOPPED,
}
"""The nearest class counts; an error of no row here is a defect of ours."""


def exit_of(error: errors.LicetError) -> Exit:
    """Return the exit code of an error."""
    kinds = type(error).__mro__
    return next((ERRORS[kind] for kind in kinds if kind in ERRORS), Exit.DEFECT)
