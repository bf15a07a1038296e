"""``licet doctor``: examine the deployment and say what to mend."""

from licet.cli.call import Call, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer, advice

app = single()


@deed(app, "doctor")
def doctor(call: Call) -> Answer:
    """Examine the deployment and say what to mend.

    It changes nothing.
    """
    from licet.doctor import Weight, examine

    diagnosis = examine(call.settings, call.outside.now, call.outside.open)
    lines = [f"{one.weight.value:4}  {one.part}: {one.says}" for one in diagnosis.findings]
    for n, one in reversed(list(enumerate(diagnosis.findings))):
        if one.remedy:
            lines.insert(n + 1, f"      What to do: {advice(one.remedy)}")
    mend = sum(one.weight is Weight.MEND for one in diagnosis.findings)
    lines.append(f"{mend} to mend." if mend else "Nothing to mend.")
    return Answer(diagnosis, lines, Exit.TO_MEND if mend else Exit.DONE)
