#!/usr/bin/env bash
# See that a PostgreSQL server can be started by the tests: the programs only, no service of
# Debian's own is left running. Without one the tests run on SQLite alone, and say so.
set -euo pipefail

find_server() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && echo "$dir" && return
  done
  command -v initdb >/dev/null && dirname "$(command -v initdb)" && return
  return 1
}

left_out() {
  echo "PostgreSQL tests are left out: $1."
  echo "To run them: apt-get install postgresql (its programs are enough, no service is used)."
}

if find_server >/dev/null; then exit 0; fi

as_root=""
if [ "$(id -u)" != 0 ]; then
  if sudo -n true >/dev/null 2>&1; then as_root="sudo -n"; else
    left_out "no server is installed and this account may not install one"
    exit 0
  fi
fi
if ! command -v apt-get >/dev/null; then
  left_out "no server is installed and this is not a Debian machine"
  exit 0
fi

echo "installing PostgreSQL from Debian's packages, for the tests"
# No cluster of Debian's own, so no service: the tests make theirs in a temporary folder.
quiet=/etc/postgresql-common/createcluster.d/licet-tests.conf
$as_root mkdir -p "$(dirname "$quiet")"
echo "create_main_cluster = false" | $as_root tee "$quiet" >/dev/null
log=.cache/apt.log
if $as_root env DEBIAN_FRONTEND=noninteractive bash -c \
  'apt-get update && apt-get install -y --no-install-recommends postgresql' >"$log" 2>&1 </dev/null
then installed=yes; else installed=no; fi
$as_root rm -f "$quiet"
if [ "$installed" = yes ] && find_server >/dev/null; then exit 0; fi
left_out "Debian's packages could not be installed (see $log)"
