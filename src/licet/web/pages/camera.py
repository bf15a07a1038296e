"""What a camera says: one sentence for each frame, in the reader's language."""

from licet.terms.capturing import Hint, Looked, Pose
from licet.web.pages.words import later, sentences

ASKS = {
    Pose.AHEAD: later("Look straight ahead."),
    Pose.LEFT: later("Turn your head a little to your left."),
    Pose.RIGHT: later("Turn your head a little to your right."),
}
"""What is asked for, where nothing is in the way."""

HINTS = {
    Hint.NO_FACE: later("No face is seen. Hold the camera before your face."),
    Hint.SEVERAL: later("More than one face is seen. Be alone before the camera."),
    Hint.FAR: later("Come a little nearer."),
    Hint.DARK: later("It is too dark. Turn towards the light."),
    Hint.BRIGHT: later("It is too bright. Turn away from the light."),
    Hint.BLURRED: later("It is blurred. Hold still."),
    Hint.CUT_OFF: later("Show your whole face, without anything before it."),
    Hint.OTHER_FACE: later("This looks like another face than before."),
    Hint.OTHER_WAY: later("The other way, please."),
}
"""What is in the way."""

FAILED = later("That did not work. Begin again, and do one thing after the other.")
OVER = later("Thank you. That is all that was needed.")


def told(looked: Looked, language: str, to: str = "") -> dict[str, object]:
    """Return what the page's script shows after a frame; ``to`` is where it goes when over."""
    words = sentences(language)
    says = HINTS.get(looked.hint) or ASKS[looked.asked]
    if looked.failed:
        says = FAILED
    elif looked.over:
        says = OVER
    return {
        "says": words.gettext(says),
        "asks": looked.asked.value,
        "hint": looked.hint.value,
        "done": looked.done,
        "of": looked.of,
        "failed": looked.failed,
        "to": to if looked.over else "",
    }
