#!/usr/bin/env bash
# See that a Chromium can be started by the tests of pages. Without one they are left out, and
# say so.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done

left_out() {
  echo "Tests in a browser are left out: $1."
  echo "To run them: apt-get install chromium."
}

as_root=""
if [ "$(id -u)" != 0 ]; then
  if sudo -n true >/dev/null 2>&1; then as_root="sudo -n"; else
    left_out "no Chromium is installed and this account may not install one"
    exit 0
  fi
fi
if ! command -v apt-get >/dev/null; then
  left_out "no Chromium is installed and this is not a Debian machine"
  exit 0
fi

echo "installing Chromium from Debian's packages, for the tests"
log=.cache/apt-chromium.log
if $as_root env DEBIAN_FRONTEND=noninteractive bash -c \
  'apt-get update && apt-get install -y --no-install-recommends chromium' >"$log" 2>&1 </dev/null
then installed=yes; else installed=no; fi
if [ "$installed" = yes ] && command -v chromium >/dev/null; then exit 0; fi
left_out "Debian's package could not be installed (see $log)"
