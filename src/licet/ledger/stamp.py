"""Timestamps of checkpoints (RFC 3161): what is asked, and what an answer proves.

A timestamp says that a checkpoint, as its ledger alone signed it, was there at a moment.
The operator can date nothing back, and whoever trusts the timestamp authority needs
nobody's clock. Nothing here speaks to anybody: these are the bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

QUESTION_TYPE = "application/timestamp-query"
ANSWER_TYPE = "application/timestamp-reply"
MOST_BYTES = 64 * 1024
_GRANTED = 0

Authorities = Sequence[x509.Certificate]
"""Certificates of timestamp authorities that the reader trusts: their roots."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a timestamp authority is asked: the bytes, and the number it must repeat."""

    data: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp that holds: the moment, and the authority that says so."""

    at: datetime
    authority: str


def read_authorities(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the certificates (PEM) of timestamp authorities. Raises ``BadInput``."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise BadInput(
            "these are no certificates of a timestamp authority", "Give its root, in PEM"
        ) from error


def question(checkpoint: Checkpoint) -> Question:
    """Return what to ask about a checkpoint that is bare (:func:`licet.ledger.witness.bare`)."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(checkpoint.note.encode())
    asked = builder.hash_algorithm(HashAlgorithm.SHA256).build()
    if asked.nonce is None:
        raise BadInput("a timestamp is asked for without a nonce")
    return Question(asked.as_bytes(), asked.nonce)


def answered(answer: bytes, asked: Question, checkpoint: Checkpoint, trusted: Authorities) -> Stamp:
    """Check an authority's answer to this very question. Raises ``Corrupt``."""
    return _checked(_decoded(answer), checkpoint, trusted, asked.nonce)


def check(token: bytes, checkpoint: Checkpoint, trusted: Authorities) -> Stamp:
    """Check a kept timestamp of a bare checkpoint. Raises ``Corrupt`` unless it holds."""
    return _checked(_decoded(token), checkpoint, trusted, None)


def _decoded(data: bytes) -> "TimeStampResponse":
    from rfc3161_client import decode_timestamp_response

    try:
        answer = decode_timestamp_response(data)
        status, words = answer.status, answer.status_string
    except ValueError as error:
        raise Corrupt("this is no timestamp (RFC 3161)") from error
    if status != _GRANTED:
        said = "; ".join(str(word) for word in words)[:200]
        raise Corrupt(f"the timestamp authority refused: {said or f'status {status}'}")
    return answer


def _checked(
    answer: "TimeStampResponse", checkpoint: Checkpoint, trusted: Authorities, nonce: int | None
) -> Stamp:
    from rfc3161_client import VerificationError, VerifierBuilder

    if not trusted:
        raise BadInput("no timestamp authority is trusted", "Name its certificate")
    builder = VerifierBuilder(roots=list(trusted), nonce=nonce)
    try:
        builder.build().verify_message(answer, checkpoint.note.encode())
        return Stamp(answer.tst_info.gen_time, _signer(answer))
    except VerificationError as error:
        raise Corrupt(f"the timestamp does not hold: {_short(error)}") from error
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise Corrupt("the timestamp does not hold: its certificates are damaged") from error


def _signer(answer: "TimeStampResponse") -> str:
    """Return the name of whose certificate signed; it was checked with the signature."""
    signers = answer.signed_data.signer_infos
    names = [
        cert.subject.rfc4514_string()
        for cert in map(x509.load_der_x509_certificate, answer.signed_data.certificates)
        for signer in signers
        if (cert.issuer, cert.serial_number) == (signer.issuer, signer.serial_number)
    ]
    return names[0] if names else "an authority you trust"


_SAYS = {
    "Mismatch between messages": "it is of something else than this checkpoint",
    "Nonce mismatch": "it answers another question",
}


def _short(error: Exception) -> str:
    """Return the library's finding in one short clause."""
    words = str(error)
    if words.startswith("Error while verifying certificates"):
        return "no certificate that you trust stands behind it"
    return _SAYS.get(words, words)
