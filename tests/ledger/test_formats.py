"""The pages on the ledger's formats: their examples are read, verified and made by the code."""

import re
from pathlib import Path

from licet.ledger import checkpoint as checkpoints
from licet.ledger import leaf, tree
from licet.ledger.note import VerifierKey
from licet.ledger.receipt import ReceiptKind, complete, decode, encode
from licet.ledger.statement import ErasureStatement, to_json
from licet.ledger.tile_paths import name
from licet.ledger.verify import verify_file
from licet.ledger.witness import cosigned, submission
from licet.terms.ledger import EntryKind
from tests.ledger.making import (
    ORIGIN,
    Ledger,
    Witness,
    entry_for,
    erasure_statement,
    grant_statement,
    ledger_key,
    published,
    receipt_in,
)

PAGES = Path(__file__).parents[2] / "docs" / "formats"
FENCE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _page(page: str) -> str:
    return (PAGES / page).read_text(encoding="utf-8")


def _examples(page: str) -> list[str]:
    return FENCE.findall(_page(page))


def test_the_leaf() -> None:
    data, said = (one.strip() for one in _examples("leaf.md")[:2])
    entry = entry_for(EntryKind.GRANT_ASKED, grant_statement())
    assert leaf.decode(data.encode()) == entry
    assert leaf.encode(entry).decode() == data
    assert said == f"leaf hash {tree.leaf_hash(data.encode()).hex()}"


def test_the_leafs_parts_are_all_told() -> None:
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*? \|", _page("leaf.md"), re.M))))
    assert told == leaf._ALWAYS | leaf._MAYBE


def test_the_checkpoint() -> None:
    note, keys = _examples("checkpoint.md")[:2]
    ledger, witness = (VerifierKey.read(line) for line in keys.splitlines())
    read = checkpoints.read(note, ledger)
    assert ledger == ledger_key().verifier
    assert read.size == 5
    assert checkpoints.witnesses(note, [witness]) == (("witness.example/w1", 1_769_850_000),)


def test_the_tiles(tmp_path: Path) -> None:
    published(tmp_path, Ledger().fill(300))
    files = (path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock")
    there = sorted(str(path.relative_to(tmp_path)) for path in files)
    assert _examples("tiles.md")[0].splitlines() == there
    assert f"1234067 is `{name(0, 1234067).removeprefix('tile/0/')}`" in _page("tiles.md")


def test_the_receipt(tmp_path: Path) -> None:
    file, vkey = _examples("receipt.md")
    verdict = verify_file(file.encode(), vkey.strip())
    assert (verdict.kind, verdict.ok) == ("grant", True)
    ledger = Ledger().fill(2)
    first = receipt_in(ledger)
    made = complete(first, published(tmp_path, ledger.fill(2)))
    assert decode(file.encode()) == made
    assert encode(made, ledger_key()).decode() == file
    assert all(f"`{kind.value}`" in _page("receipt.md") for kind in ReceiptKind)
    assert all(f"`{part}`" in _page("receipt.md") for part in to_json(grant_statement()))


def test_the_certificate(tmp_path: Path) -> None:
    file, vkey = _examples("certificate.md")
    verdict = verify_file(file.encode(), vkey.strip())
    assert (verdict.kind, verdict.ok) == ("erasure-certificate", True)
    ledger = Ledger().fill(2)
    kind = ReceiptKind.ERASURE_CERTIFICATE
    first = receipt_in(ledger, kind, EntryKind.CERTIFIED, erasure_statement())
    made = complete(first, published(tmp_path, ledger))
    assert encode(made, ledger_key()).decode() == file
    assert isinstance(decode(file.encode()).statement, ErasureStatement)
    told = to_json(erasure_statement()).keys() - {"about"}
    assert all(f"`{part}`" in _page("certificate.md") for part in told)


def test_what_a_witness_is_sent_and_answers() -> None:
    body, answer = _examples("witnessed.md")[:2]
    ledger, witness = Ledger().fill(5), Witness("witness.example/w1", 11)
    signed = checkpoints.sign(ORIGIN, 5, ledger.root, ledger_key())
    proof = tree.consistency(3, 5, tree.nodes_of([one.hash for one in ledger.leaves]))
    assert submission(proof, signed).decode() == body
    seen = cosigned(signed, answer.encode(), witness.verifier)
    assert checkpoints.witnesses(seen.note, [witness.verifier])[0][1] == 1_769_850_000
