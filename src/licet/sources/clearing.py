"""What is written of clearance into the XMP file beside a photo, and nothing else of it.

1. The photo is never touched. Its sidecar is the file by the photo's whole name and ``.xmp``,
   as digiKam and darktable write it; one by the stem may be another photo's, and is only read.
2. What is written stands in a ``rdf:Description`` of its own: the model release status of the
   PLUS Coalition and the IPTC's additional model information, and a mark of ours that says
   whose it is. Every other byte of a sidecar stays as it was.
3. A sidecar that says anything in these two properties without our mark is somebody else's
   word, and is left alone.
4. A program that wrote the sidecar anew may have taken our properties in among its own. Then
   their values alone are replaced, where they stand.
5. Nobody is named. The status is never "unlimited": whoever agreed may take it back.

Terms: PLUS LDF, Model Release Status; IPTC Photo Metadata Standard 2023.1; ISO 16684-1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from licet.sources.xmp import MOST_DEEP, MOST_XMP

LIMITED = "http://ns.useplus.org/ldf/vocab/MR-LMR"
"""Limited or incomplete model releases: until a day, in places, from those who agreed."""

NONE = "http://ns.useplus.org/ldf/vocab/MR-NON"
"""No model release."""

NOT_APPLICABLE = "http://ns.useplus.org/ldf/vocab/MR-NAP"
"""Nobody is pictured."""

_OURS = "urn:licet:clearance:1.0/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_STATUS = "http://ns.useplus.org/ldf/xmp/1.0/ ModelReleaseStatus"
_INFO = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ AddlModelInfo"
_MARK = f"{_OURS} by"
_WRITTEN = {_STATUS: b"plus:ModelReleaseStatus", _INFO: b"Iptc4xmpExt:AddlModelInfo"}

_BEGIN = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
)
_END = b' </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>\n'


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sidecar says of its photo: a term of the PLUS vocabulary, and one sentence."""

    status: str
    says: str


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Why nothing was written: a word for it, and a sentence that quotes nothing."""

    rule: str
    because: str


THEIRS = Unwritten("theirs", "somebody else wrote the release of this photo beside it")
UNREAD = Unwritten("unread", "the file beside the photo cannot be read as XMP")


def written(before: bytes | None, statement: Statement | None) -> bytes | Unwritten:
    """Return a sidecar with a statement in it, or without ours where it is None.

    ``before`` is what lies there, None for nothing. Empty bytes say that nothing is left.
    """
    if before is None:
        return b"" if statement is None else _BEGIN + _block(statement) + _END
    found = _look(before)
    if isinstance(found, Unwritten):
        return found
    if found.own:
        start, end = found.own
        block = b"" if statement is None else _block(statement)
        after = before[:start] + block + before[end:]
        return b"" if after == _BEGIN + _END else after
    if found.marked:
        return _replaced(before, statement or Statement(NONE, ""))
    if found.said:
        return THEIRS
    if statement is None:
        return before
    return before[: found.place] + _block(statement) + before[found.place :]


def says_something(sidecars: Iterable[bytes | None]) -> bool:
    """Say whether somebody else states a release in one of these files, or one is not read."""
    for data in sidecars:
        found = UNREAD if data is None else _look(data)
        if isinstance(found, Unwritten) or (found.said and not found.marked):
            return True
    return False


def _block(statement: Statement) -> bytes:
    text = (
        '  <rdf:Description rdf:about=""\n'
        f'    xmlns:licet="{_OURS}"\n'
        '    xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"\n'
        '    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">\n'
        "   <licet:by>licet</licet:by>\n"
        f"   <plus:ModelReleaseStatus>{escape(statement.status)}</plus:ModelReleaseStatus>\n"
        f"   <Iptc4xmpExt:AddlModelInfo>{escape(statement.says)}</Iptc4xmpExt:AddlModelInfo>\n"
        "  </rdf:Description>\n"
    )
    return text.encode()


@dataclass
class _Found:
    """Where things stand in a sidecar, in bytes: our own description, and where one would go."""

    place: int = -1
    own: tuple[int, int] | None = None
    marked: bool = False
    said: bool = False


class _Refused(Exception):
    """The document is of a kind that is not read further."""


@dataclass
class _Looking:
    """Looks through one document for what is ours."""

    data: bytes
    parser: expat.XMLParserType
    found: _Found = field(default_factory=_Found)
    _path: list[str] = field(default_factory=list)
    _opened: int = 0
    _within: set[str] = field(default_factory=set)
    _roots: int = 0

    def doctype(self, *_declared: object) -> None:
        raise _Refused

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > MOST_DEEP:
            raise _Refused
        if name == f"{_RDF} Description" and self._path[-2:-1] == [f"{_RDF} RDF"]:
            self._opened, self._within = self.parser.CurrentByteIndex, set()
        held = {one for one in attributes if one != f"{_RDF} about"}
        if self._path[-2:-1] == [f"{_RDF} Description"]:
            held.add(name)
        self._within |= held
        self.found.marked |= _MARK in held
        self.found.said |= not held.isdisjoint(_WRITTEN)

    def end(self, name: str) -> None:
        at = self.parser.CurrentByteIndex
        self._path.pop()
        if name == f"{_RDF} RDF":
            self._roots += 1
            if self._roots > 1 or not self.data.startswith(b"</", at):
                raise _Refused
            self.found.place = _line_start(self.data, at)
        ours = self._within == {_MARK, *_WRITTEN} and self._path[-1:] == [f"{_RDF} RDF"]
        if name == f"{_RDF} Description" and ours:
            after = self.data.index(b">", at) + 1
            after += self.data.startswith(b"\n", after)
            before = 2 * self.data.startswith(b"  ", self._opened - 2)
            self.found.own = (self._opened - before, after)


def _look(data: bytes) -> _Found | Unwritten:
    """Return what of a document is ours. Only UTF-8: bytes are counted and put in."""
    try:
        data.decode("utf-8")
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        looking = _Looking(data, parser)
        parser.StartDoctypeDeclHandler = looking.doctype
        parser.StartElementHandler = looking.start
        parser.EndElementHandler = looking.end
        if len(data) > MOST_XMP:
            return UNREAD
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, _Refused):
        return UNREAD
    return looking.found if looking.found.place >= 0 else UNREAD


def _line_start(data: bytes, at: int) -> int:
    """Return where the line of a tag begins, if nothing but spaces is before it."""
    start = data.rfind(b"\n", 0, at) + 1
    return at if data[start:at].strip(b" \t") else start


def _replaced(data: bytes, statement: Statement) -> bytes | Unwritten:
    """Replace our values where another program put them; each must stand there once."""
    for name, value in ((_STATUS, statement.status), (_INFO, statement.says)):
        tag = re.escape(_WRITTEN[name])
        put = escape(value, {'"': "&quot;", "'": "&apos;"}).encode()
        pattern = (
            rb"(<" + tag + rb"\s*>)[^<]*(</)|(\s" + tag + rb'\s*=\s*")[^"]*(")'
            rb"|(\s" + tag + rb"\s*=\s*')[^']*(')"
        )
        found = list(re.finditer(pattern, data))
        if len(found) != 1:
            return THEIRS
        before, after = (part for part in found[0].groups() if part is not None)
        data = data[: found[0].start()] + before + put + after + data[found[0].end() :]
    return data
