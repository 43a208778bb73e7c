# Everything a clone needs, set up in the clone: `make demo` and `make test` work on a fresh one. `make help` lists the rest.
# Each step leaves a stamp in .venv and runs again when what it depends on has changed.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# --no-deps: the lock files name every library; nothing may come in beside them.
LOCKED := install --no-deps --require-hashes --requirement
CPP := $(wildcard src/cpp/*/*.cpp src/cpp/*/*.h)
VENDOR := src/milkfloat/web/vendor/versions.json
READY := $(STAMPS)/project $(STAMPS)/cores $(VENDOR) $(STAMPS)/demo-map

# Arguments for the command that a target runs: make demo ARGS='--headless --until 12:00'
ARGS ?=

.PHONY: help
help: ## this list
	@echo "make demo ARGS='--headless --until 12:00'   ARGS go to the command that a target runs"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-16s %s\n' "$$target" "$$text"; done

.PHONY: demo
demo: $(READY) ## a winter day in central Helsinki, live in the browser (or --headless)
	@$(BIN)/milkfloat demo $(ARGS)

.PHONY: test
test: $(READY) ## all tests; says at the end what was skipped and how to enable it
	@$(BIN)/python -m pytest -n 2 $(ARGS)

.PHONY: check
check: $(READY) ## style, types, layers, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/clang-format --dry-run -Werror $(CPP)
	@$(BIN)/lint-imports
	@$(BIN)/python tools/docs.py --check

.PHONY: format
format: $(STAMPS)/packages ## write Python and C++ as `make check` wants them
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/clang-format -i $(CPP)

.PHONY: bench
bench: $(READY) ## the benchmarks, one after the other
	@for script in benchmarks/*/*.py; do \
		if [ -e "$$script" ]; then echo "$$script"; $(BIN)/python "$$script" $(ARGS) || exit 1; fi; done
	@if [ -n "$$MILKFLOAT_DATA" ]; then $(BIN)/milkfloat bench smoke "$$MILKFLOAT_DATA/bench" --time-limit 1; \
		else echo "benchmark instances are not measured: set MILKFLOAT_DATA (docs/reference/data.md)"; fi

.PHONY: peers
peers: .peers/ready ## other people's solvers, in .peers, for the benchmarks to measure against

.PHONY: docs
docs: $(READY) ## write the reference of the commands; check every link
	@$(BIN)/python tools/docs.py

.PHONY: web
web: $(VENDOR) ## the web pages' libraries from the npm registry

.PHONY: postgres
postgres: $(STAMPS)/packages ## a PostgreSQL server for the tests, unless one answers here
	@tools/postgres.sh

.PHONY: update
update: $(STAMPS)/venv ## renew the lock files
	@tools/update.sh

.PHONY: clean
clean: ## remove everything that make made
	rm -rf .venv .peers build dist node_modules src/milkfloat/web/vendor .pytest_cache .mypy_cache .ruff_cache
	rm -rf .import_linter_cache .hypothesis
	find src tests tools -name __pycache__ -type d -exec rm -rf {} +
	rm -f src/milkfloat/*/_core*.so

$(STAMPS)/venv: tools/find-python.sh
	@python=$$(tools/find-python.sh) && echo "making .venv with $$($$python --version)" && $$python -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: requirements.lock | $(STAMPS)/venv
	@echo "installing the pinned libraries"
	@$(PIP) $(LOCKED) requirements.lock
	@touch $@

# The package is installed from its sources where they are (a path entry, the command and the metadata); its compiled parts are
# built in place by the next rule, which compiles only what changed.
$(STAMPS)/project: pyproject.toml $(STAMPS)/packages
	@$(PIP) install --no-deps --no-build-isolation --config-settings=editable.mode=inplace \
		--config-settings=wheel.cmake=false --editable .
	@touch $@

$(STAMPS)/cores: CMakeLists.txt tools/build.sh $(CPP) $(STAMPS)/packages
	@echo "building the compiled parts"
	@command -v $${CXX:-c++} >/dev/null || { echo "no C++ compiler found (Debian: apt-get install g++)" >&2; exit 1; }
	@PYTHON=$(BIN)/python tools/build.sh all
	@touch $@

$(VENDOR): package.json package-lock.json tools/vendor.py $(STAMPS)/packages
	@echo "fetching the web pages' libraries"
	@command -v npm >/dev/null || $(PIP) $(LOCKED) requirements/node.lock
	@$(BIN)/python tools/vendor.py
	@touch $@

$(STAMPS)/demo-map: requirements/demo.lock tools/demo_map.py $(STAMPS)/packages
	@$(BIN)/python tools/demo_map.py
	@touch $@

.peers/ready: requirements/peers.lock tools/find-python.sh
	@python=$$(tools/find-python.sh) && $$python -m venv .peers
	@.peers/bin/python -m pip --disable-pip-version-check --quiet $(LOCKED) requirements/peers.lock
	@touch $@
