"""The words of letters to people: plain, short, and without a member's name in them.

Each letter is a template of plain text in a folder of its language: the first line is the
subject, then come paragraphs; lines that begin with ``-`` are a list, lines set in by four
blanks are there to be copied. Templates hold ``if`` and ``for`` and nothing else. The HTML
is made from the same text, so both always say the same. Who reads a language that we do not
write gets English, and the letter says so.
"""

from dataclasses import fields

from licet.app import App
from licet.effects.letters.layout import blocks, written
from licet.effects.letters.speech import LANGUAGES, speech
from licet.outbox import SANDBOX_ADDRESS
from licet.terms.asked import OwnQuestionLetter
from licet.terms.granting import Message
from licet.terms.letters import Letter, Sender


def letter_language(language: str) -> str:
    """Return the language in which who reads ``language`` (BCP 47) is written to."""
    spoken = language.strip().lower().replace("_", "-").split("-")[0]
    return spoken if spoken in LANGUAGES else "en"


def sender_of(app: App) -> Sender:
    """Return who writes: the controller of this deployment, and where answers go."""
    settings = app.settings
    with app.store.read() as reader:
        # Named or gone since this process began: a letter must not name who left (GDPR 27).
        stored = reader.deployment.get()
    where, controller = settings.answer_to or settings.smtp_sender, app.deployment.controller
    return Sender(
        controller=controller,
        # Without mail there is paper: then people write to the controller by name.
        answer_to=where or (SANDBOX_ADDRESS if app.deployment.sandbox else controller),
        representative=stored.eu_representative if stored else "",
        authority=settings.supervisory_authority,
    )


def compose(letter: Letter | OwnQuestionLetter, to: str, language: str) -> Message:
    """Return the letter as it is sent: subject, text and HTML, in the reader's language."""
    chosen = letter_language(language)
    said = speech(chosen)
    parts = {field.name: getattr(letter, field.name) for field in fields(letter)}
    parts["to_person"] = letter.to_person
    head, _, rest = said.text(letter.kind, parts).partition("\n")
    body, foot = blocks(rest), blocks(said.text("foot", parts))
    if not language.strip().lower().startswith(chosen):
        body = blocks(said.text("unspoken", {})) + body
    html = said.frame({"language": chosen, "subject": head, "body": body, "foot": foot})
    return Message(to, head, f"{written(body)}\n----\n{written(foot)}", html)
