"""What an old copy holds: sealed values, wherever a backup or a dump puts them."""

import base64
import json
from pathlib import Path


def sealed_in(backup: Path) -> list[bytes]:
    """Return every sealed value of a backup's rows."""
    rows = [json.loads(line) for line in backup.read_bytes().splitlines()]
    texts = {value for row in rows for value in texts_of(row)}
    return [base64.b64decode(text) for text in texts if looks_sealed(text)]


def texts_of(value: object):
    """Give every text in a JSON value."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)
    elif isinstance(value, str):
        yield value


def looks_sealed(text: str) -> bool:
    """Say whether a text is base64 of something as long as sealed bytes are."""
    try:
        return len(base64.b64decode(text, validate=True)) > 60
    except ValueError:
        return False
