#!/usr/bin/env bash
# Print the first Python of 3.11 to 3.13 on this machine that can make an environment.
set -euo pipefail

suits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
    >/dev/null 2>&1
}

for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
  if suits "$name"; then
    command -v "$name"
    exit 0
  fi
done
echo "No Python 3.11, 3.12 or 3.13 with venv was found." >&2
echo "On Debian: apt-get install python3 python3-venv; elsewhere: make setup PYTHON=/path/to/python" >&2
exit 1
