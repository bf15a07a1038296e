#!/usr/bin/env bash
# Resolve the locks for every supported Python: hashes, markers, no registry addresses.
# Needs uv on the PATH (or UV=/path/to/uv); nobody else does: pip installs from the result.
# What is pinned stays, unless UPGRADE=1 asks for the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
UV=${UV:-uv}

compile() {
  local out=$1
  shift
  "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    ${UPGRADE:+--upgrade} --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --output-file "$out" "$@"
}

compile requirements/runtime.txt pyproject.toml requirements/build.in
compile requirements/dev.txt --extra video pyproject.toml requirements/build.in requirements/dev.in \
  --constraints requirements/runtime.txt
compile requirements/bench.txt requirements/bench.in --constraints requirements/dev.txt
compile requirements/bench-dlib.txt requirements/bench-dlib.in
compile requirements/bench-deepface.txt requirements/bench-deepface.in
