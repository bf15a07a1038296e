"""Writes the client's calls from the API's document: ``python -m scripts.client``.

One method for each operation, called as the operation is. What the address names comes first,
then what the body holds or asks for; lists are iterators over every part.
"""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs/reference/api.json"
CALLS = ROOT / "src/licet/client/calls.py"

HEAD = '''"""Every operation of the API as a method. Written by ``python -m scripts.client``.

What is told is JSON as docs/reference/api.md and api.json say it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from licet.client.line import File, Line, Told


class Licet(Line):
    """The API of one deployment, by an API key."""
'''


def written(document: dict[str, Any]) -> str:
    """Return the module."""
    methods = [
        method(path, verb, told)
        for path, operations in document["paths"].items()
        for verb, told in operations.items()
    ]
    return HEAD + "".join(f"\n{one}" for one in sorted(methods))


def method(path: str, verb: str, told: dict[str, Any]) -> str:
    """Return one operation's method."""
    named = re.findall(r"{(\w+)}", path)
    asked = [one for one in told.get("parameters", ()) if one["in"] == "query"]
    listed = {one["name"] for one in asked} >= {"limit", "cursor"}
    address = path.removeprefix("/api/v1")
    parts = [f"{one}: str" for one in named]
    kind = next(iter(told.get("requestBody", {}).get("content", {})), "")
    rest = [one for one in asked if not (listed and one["name"] in {"limit", "cursor"})]
    sends = ""
    if kind == "application/json":
        parts.append("body: Mapping[str, Any]")
        sends = ", body"
    elif kind:
        file, others = _form(told, _document())
        parts.append(f"{file}: File")
        if others:
            parts.append("**fields: object")
        sends = f', file=("{file}", {file})' + (", fields=fields" if others else "")
    if rest:
        parts += ["*", *(_query(one) for one in rest)]
        sends += ", asked={" + ", ".join(f'"{one["name"]}": {one["name"]}' for one in rest) + "}"
    way, gives = _way(verb, told, listed=listed)
    once = any(one["name"] == "Idempotency-Key" for one in told.get("parameters", ()))
    sends += ", once=True" if once else ""
    head = f"    def {told['operationId']}(self{''.join(f', {one}' for one in parts)}) -> {gives}:"
    if len(head) > 100:
        head = (
            f"    def {told['operationId']}(\n        self{''.join(f', {one}' for one in parts)}\n"
            f"    ) -> {gives}:"
        )
    first = " ".join(told["description"].split("\n\n")[0].split())
    first = f"{_short(first.split('. ')[0].rstrip('.'))}."
    call = f'        return self.{way}("{verb.upper()}", {"f" if named else ""}"{address}"{sends})'
    if len(call) > 100:
        front, _, back = call.partition("(")
        call = f"{front}(\n            {back[:-1]}\n        )"
    return f'{head}\n        """{first}"""\n{call}\n'


def _short(sentence: str) -> str:
    """Leave out what comes after the last comma or colon, until it fits on its line."""
    while len(sentence) > 84:
        sentence = re.split(r"[,:(](?!.*[,:(])", sentence)[0].rstrip()
    return sentence


def _way(verb: str, told: dict[str, Any], *, listed: bool) -> tuple[str, str]:
    answers = told["responses"].get("200", {}).get("content", {})
    if listed:
        return "_each", "Iterator[Told]"
    if "text/plain" in answers:
        return "_text", "str"
    if answers and "application/json" not in answers:
        return "_bytes", "bytes"
    several = answers.get("application/json", {}).get("schema", {}).get("type") == "array"
    return ("_several", "list[Told]") if several and verb == "get" else ("_told", "Told")


def _query(one: dict[str, Any]) -> str:
    schema = one["schema"]
    kinds = {"integer": "int", "boolean": "bool"}
    kind = kinds.get(schema.get("type", ""), "str")
    return (
        f"{one['name']}: {kind}" if one.get("required") else f"{one['name']}: {kind} | None = None"
    )


def _form(told: dict[str, Any], document: dict[str, Any]) -> tuple[str, bool]:
    (content,) = told["requestBody"]["content"].values()
    name = content["schema"]["$ref"].rpartition("/")[2]
    fields = document["components"]["schemas"][name]["properties"]
    file = next(one for one in ("photo", "file", "pack") if one in fields)
    return file, len(fields) > 1


def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return found


if __name__ == "__main__":
    CALLS.write_text(written(_document()), "utf-8")
