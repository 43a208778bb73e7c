#!/bin/sh
# Prints the first Python of at least 3.11 on this machine that can make a virtual environment; PYTHON names one.
set -u
for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    echo "$candidate"
    exit 0
  fi
done
echo "no Python 3.11 or later with venv and pip found (Debian: apt-get install python3 python3-venv python3-dev);" \
  "PYTHON=/path/to/python make ... names one" >&2
exit 1
