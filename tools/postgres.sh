#!/bin/sh
# Makes sure that the tests find a PostgreSQL server: the one named by MILKFLOAT_POSTGRES or answering on this machine, else
# the pgserver wheel in .venv, which brings one that needs no account of its own and runs as root too.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=$root/.venv/bin/python
url=${MILKFLOAT_POSTGRES:-postgresql://postgres@127.0.0.1:5432/postgres}
if "$python" -c 'import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=5).close()' "$url" 2>/dev/null; then
  echo "PostgreSQL answers at $url"
  exit 0
fi
"$python" -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes \
  --requirement "$root/requirements/postgres.lock"
echo "PostgreSQL comes from the pgserver wheel"
