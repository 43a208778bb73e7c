#!/bin/sh
# Renews the lock files: the newest versions that pyproject.toml, requirements/*.in and package.json allow, with their hashes.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip --disable-pip-version-check --quiet install 'uv>=0.9'

compile() { # what to resolve, lock file, further options
  source=$1
  lock=$2
  shift 2
  .venv/bin/uv pip compile "$source" --output-file "$lock" --upgrade --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header --quiet "$@"
}

compile pyproject.toml requirements.lock --all-extras --group build --group test --group check
for source in requirements/*.in; do
  case $source in
    requirements/demo.in) compile "$source" requirements/demo.lock --no-deps ;;
    *) compile "$source" "${source%.in}.lock" ;;
  esac
done
if command -v npm >/dev/null; then
  npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
fi
