"""The features inside an opened template, read without building its whole payload.

A gallery opens a million of them. What :func:`licet.terms.payload.to_bytes` writes is
recognised by its letters; whatever looks different goes the general way, with its errors.
"""

import re
from binascii import Error, a2b_base64

from licet.terms.gallery import TemplateKind
from licet.terms.payload import AppearancePayload, ReferencePayload, from_bytes
from licet.terms.when import to_ms

Features = tuple[bytes, int | None]
"""A template's values; of an appearance also when it was first seen, in milliseconds."""

_NUMBER = rb"(?:0|-?[1-9][0-9]{0,13})"
_ID = rb'"[0-9a-f-]{36}"'
_REFERENCE = re.compile(rb'\{(?:"aside":%(n)b,)?"photos":%(n)b,"values":"' % {b"n": _NUMBER})
_APPEARANCE = re.compile(
    rb'\{(?:"at":%(n)b,)?"box":\[%(n)b,%(n)b,%(n)b,%(n)b\],"face":%(i)b,"first_seen":(0|[1-9][0-9]{0,13}),"item":%(i)b,'
    rb'(?:"said":"[a-z_]*",)?"score":(?:0|-?[1-9][0-9]{0,18}),"source":%(i)b,"values":"'
    % {b"n": _NUMBER, b"i": _ID}
)
_END = b'"}'
_ASIDE = b'{"aside":2,'


def is_aside(kind: TemplateKind, data: bytes) -> bool:
    """Say whether a template's opened bytes are of a reference that no gallery ever holds."""
    return kind is TemplateKind.REFERENCE and data.startswith(_ASIDE)


def features_of(kind: TemplateKind, data: bytes) -> Features:
    """Return the features in a template's opened bytes. Raises ``Corrupt``."""
    reference = kind is TemplateKind.REFERENCE
    found = (_REFERENCE if reference else _APPEARANCE).match(data)
    if found is not None and data.endswith(_END, found.end()):
        try:
            # The letters of base64 hold no quote and no backslash: nothing is left out.
            values = a2b_base64(data[found.end() : -len(_END)], strict_mode=True)
        except Error:
            return _slowly(reference, data)
        return values, None if reference else int(found[1])
    return _slowly(reference, data)


def _slowly(reference: bool, data: bytes) -> Features:
    if reference:
        return from_bytes(ReferencePayload, data).values, None
    seen = from_bytes(AppearancePayload, data)
    return seen.values, to_ms(seen.first_seen)
