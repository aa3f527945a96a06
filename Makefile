# Needs git, make and Python 3.11 or newer with pip. Every target sets up the rest by itself, inside
# this folder. `make help` lists them.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := $(UV) run --frozen
# Plugins are named in pyproject.toml; looking for more takes ten times as long as the fast tests.
PYTEST := PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(RUN) pytest
UV_READY := .tools/uv-$(UV_VERSION)
READY := .venv/ready

# Tests that run beside each other. Many wait for PEG to come to rest: a core is free meanwhile.
WORKERS ?= 2
# How often a test that failed is run again, at once; nothing hides that it failed first.
AGAIN ?=

SEEDS ?= 20
FIRST ?= 1
ORDERS ?= 300
FAULTS ?= both
JOBS ?= 1
DAYS ?= 2
KILLS ?= 500

# The machine's Python is used as it is, whatever else its settings ask for.
export UV_PYTHON ?= $(PYTHON)
export UV_PYTHON_DOWNLOADS := never
# As pip does: where a company's own certificates stand between, only the machine knows them.
export UV_SYSTEM_CERTS ?= true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup format check static test test-browser test-install demo peg market rehearse simulate sabotage crash bench model schemas clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## Install what the lock names, into .venv

format: $(READY) ## Lay out the code and mend what can be mended by rule
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

check: static ## Fast gate: lint, types, import contracts, tidy limits, unit tests
	$(PYTEST) -n $(WORKERS) -rs tests/tidy tests/unit

test: static ## Everything: the fast gate, promises, contracts, races, the pages' code [WORKERS=2]
	@$(RUN) python -m tools.schemas --if-possible
	$(PYTEST) -n $(WORKERS) -rs $(AGAIN) tests

test-browser: $(READY) ## The live page in a real Chromium; CHROMIUM=... names one that is not found
	PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 $(RUN) --group browser pytest -rs tests/browser

test-install: $(READY) ## As `pipx install` does: the wheel without the lock, run from another folder
	$(RUN) python -m tools.try_wheel

demo: $(READY) ## Run the main job on practice marketplaces: make demo ARGS="--headless --orders 30"
	@$(RUN) peg demo $(ARGS)

peg: $(READY) ## One command of PEG: make peg ARGS="stock --json"; or .venv/bin/peg stock --json
	@$(RUN) peg $(ARGS)

market: $(READY) ## The practice marketplaces: make market ARGS="serve --seed 7"; or .venv/bin/marketsim serve
	@$(RUN) marketsim $(ARGS)

rehearse: $(READY) ## Judge many seeds: make rehearse SEEDS=20 FIRST=1 [ORDERS=300] [FAULTS=on|off|both] [JOBS=2]
	@$(RUN) python -m bench.rehearsals --seeds $(SEEDS) --first $(FIRST) --orders $(ORDERS) --faults $(FAULTS) --jobs $(JOBS) $(ARGS)

simulate: $(READY) ## Play many seeds of trade and faults: make simulate SEEDS=1000 FIRST=1 [DAYS=2]
	@$(RUN) python -m tests.simulation --seeds $(SEEDS) --first $(FIRST) --days $(DAYS) $(ARGS)

crash: $(READY) ## kill -9 of a real peg at every point and at many random moments: make crash [KILLS=500] [FIRST=1]
	@$(RUN) python -m tests.concurrency.crashes --random $(KILLS) --seed $(FIRST) $(ARGS)

sabotage: $(READY) ## Break PEG in each known way: the simulation must notice: make sabotage [ARGS="--only dedupe"]
	@$(RUN) python -m tests.simulation.sabotage $(ARGS)

bench: $(READY) ## Measure on this machine; writes bench/results/ and docs/benchmarks.md
	$(RUN) python -m bench

model: $(READY) ## Check the protocol's model in every order of events (needs spin): make model [VARIANT=its_name]
	@$(RUN) python -m tools.model $(VARIANT)

schemas: $(READY) ## Fetch Shopify's published schemas (needs npm), as `make test` tries to do
	$(RUN) python -m tools.schemas

clean: ## Remove everything that these targets made
	rm -rf .venv .tools .cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

static: $(READY)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports --no-logo

$(READY): pyproject.toml uv.lock $(UV_READY)
	@$(UV) sync --frozen --quiet
	@touch $@

# --target needs no rights and no virtual environment; user and prefix settings would contradict it.
$(UV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "PEG needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@rm -rf .tools
	@env -u PIP_USER -u PIP_PREFIX -u PIP_REQUIRE_VIRTUALENV $(PYTHON) -m pip install --quiet --target .tools uv==$(UV_VERSION)
	@touch $@
