"""Runs every bench in this folder and writes what they measured.

``python -m bench.run`` runs all, ``python -m bench.run gallery`` one of them;
``--out`` says where to (default ``bench/results.json``). A bench is a module beside
this one with ``run() -> list[Result]``. Running some keeps the results of the others.
"""

import argparse
import importlib
import json
from pathlib import Path

from bench.measure import Others, Result, machine

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the benches there are."""
    files = (path for path in HERE.glob("*.py") if path != Path(__file__))
    return sorted(path.stem for path in files if "\ndef run(" in path.read_text("utf-8"))


def collect(chosen: list[str]) -> list[Result]:
    """Run the chosen benches one after the other."""
    found: list[Result] = []
    for name in chosen:
        others = Others()
        lines = importlib.import_module(f"bench.{name}").run()
        share = others.percent()
        for line in lines:
            anchor = f"  ({line['ratio']}x against {line['against']})" if line["against"] else ""
            print(f"{line['name']}: {line['value']} {line['unit']}{anchor}", flush=True)
            found.append(line | {"machine": machine(), "others": share})
        print(f"({name}: other programs had {share} % of the machine)", flush=True)
    return found


def merged(before: list[Result], now: list[Result]) -> list[Result]:
    """Replace the lines that were measured again; one figure may stand against several."""
    lines = {(line["name"], line["against"].split(":")[0]): line for line in [*before, *now]}
    return [lines[name] for name in sorted(lines)]


def keep(now: list[Result], out: Path = HERE / "results.json") -> None:
    """Write results down beside those of other benches."""
    for line in now:
        line["machine"] = machine()
    before = json.loads(out.read_text("utf-8")) if out.exists() else []
    out.write_text(json.dumps(merged(before, now), indent=1) + "\n", "utf-8")


def main() -> None:
    """Run benches and write their results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench", nargs="*", choices=[[], *names()], help="which (default: all)")
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    asked = parser.parse_args()
    keep = asked.bench and asked.out.exists()
    before = json.loads(asked.out.read_text("utf-8")) if keep else []
    lines = merged(before, collect(asked.bench or names()))
    asked.out.write_text(json.dumps(lines, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
