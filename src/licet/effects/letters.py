"""The words of letters to people. Plain, short, and without a member's name in them."""

from licet.terms.basis import Purpose
from licet.terms.grant import Grant, Identity
from licet.terms.granting import Message
from licet.terms.when import to_text


def notice_letter(
    identity: Identity, grant: Grant, purpose: Purpose, organisation: str, code: str
) -> Message:
    """Return the notice of a grant that is asked for, with the code that says yes (GDPR 13)."""
    spaced = f"{code[:5]} {code[5:]}"
    text = (
        f"Dear {identity.name},\n\n"
        f"{organisation} asks you to allow this: {purpose.title}.\n\n"
        f"{purpose.notice}\n\n"
        f"If you agree, your yes would hold until {to_text(grant.expires)[:10]}. You can take it "
        "back at any time, as easily as you give it, and without saying why.\n\n"
        f"To agree, give back this code, which nobody else has: {spaced}\n"
        f"The number of this grant: {grant.id}\n\n"
        "If you do not agree, do nothing. Without your code nothing is kept of your face and "
        "nobody can find you.\n"
    )
    return Message(identity.contact, f"{organisation} asks for your permission", text)


def history_letter(contact: str, lines: tuple[str, ...]) -> Message:
    """Return the letter that tells a person, before they are erased, who searched them."""
    body = "\n".join(f"- {line}" for line in lines) or "Nobody's search ever surfaced you."
    text = (
        "Before everything kept about you is destroyed, this is who found you in a search, "
        f"when, and for what:\n\n{body}\n\n"
        "This letter is the last one. After it we cannot reach you any more.\n"
    )
    return Message(contact, "Who searched you", text)
