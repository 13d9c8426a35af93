# Common Ground. `make` alone lists what there is.
PORT ?= 8501
HOST ?= 127.0.0.1
ATLAS ?= $(or $(CG_ATLAS),var/sample.gpkg)
VENV ?= .venv
LOWEST := .venv-lowest

# The newest python3 there is, from 3.11 on; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
PIP := -m pip install --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test drill check types rules bench screenshots test-lowest clean sample

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo "  settings: PORT=$(PORT) HOST=$(HOST) ATLAS=$(ATLAS)"

# --- the environment: stamps, so that a second run starts at once ------------------------------

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Common Ground needs Python 3.11 or newer; the newest found here is: $$(python3 --version 2>&1 || echo none)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: requirements.txt constraints/latest.txt | $(VENV)/.made
	@echo "Installing what the application needs (once; a few minutes)"
	@$(BIN)/python $(PIP) -r requirements.txt -c constraints/latest.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt constraints/latest.txt | $(VENV)/.made
	@echo "Installing what tests and checks need (once; a few minutes)"
	@$(BIN)/python $(PIP) -r requirements-dev.txt -c constraints/latest.txt
	@touch $@ $(VENV)/.installed

# --- running -----------------------------------------------------------------------------------

var/sample.gpkg: | $(VENV)/.installed
	@mkdir -p var
	@$(BIN)/python -m mapping new $@ --sample

sample: var/sample.gpkg

# Where this machine's own browser finds the server.
SEEN := $(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(HOST))

run: $(VENV)/.installed $(if $(filter var/sample.gpkg,$(ATLAS)),var/sample.gpkg)  ## open the sample city; HOST=0.0.0.0 lets a hall in
	@CG_HOST=$(HOST) CG_PORT=$(PORT) CG_ATLAS=$(ATLAS) \
	  CG_OPEN=$(if $(CI)$(HEADLESS),,http://$(SEEN):$(PORT)/) \
	  exec $(BIN)/python -m streamlit run streamlit_app.py --server.headless true \
	  --server.address $(HOST) --server.port $(PORT) --browser.serverAddress $(SEEN)

# Files of tests run side by side, one more than there are cores, as many a test waits: on one core
# with WORKERS=0.
WORKERS ?= 3

# Tests that are about the text of the program: part of `make check`, and not run twice.
RULES := tests/test_boundaries.py tests/test_words.py

# --- testing -----------------------------------------------------------------------------------

check: $(VENV)/.installed-dev  ## linters, types and the arrows between modules
	@$(MAKE) --no-print-directory -j2 types rules

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

rules: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q $(RULES)

test: check  ## everything: checks, then all tests, with samples of the long ones
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	  $(addprefix --ignore=,$(RULES))

drill: $(VENV)/.installed-dev  ## the long tests whole: soak, kills, mutated files, attacks
	@CG_DRILL=1 $(BIN)/python -m pytest -m "drill or hypothesis"

bench: $(VENV)/.installed-dev  ## time it against others; NAME=reach
	@$(BIN)/python -m benchmarks $(NAME)

screenshots: $(VENV)/.installed-dev  ## a picture of every page, at three sizes, light and dark
	@$(BIN)/python -m tests.screenshots

# The oldest versions have no wheels for a Python newer than 3.12.
LOWEST_PYTHON ?= $(shell for p in python3.11 python3.12 $(PYTHON); do \
	  command -v $$p >/dev/null && echo $$p && break; done)

$(LOWEST)/.installed: requirements-dev.txt requirements.txt constraints/lowest.txt
	@test -x $(LOWEST)/bin/python || $(LOWEST_PYTHON) -m venv $(LOWEST)
	@$(LOWEST)/bin/python $(PIP) -r requirements-dev.txt -c constraints/lowest.txt
	@touch $@

test-lowest: $(LOWEST)/.installed  ## all tests with the oldest versions that requirements.txt allows
	@$(LOWEST)/bin/python -m pytest

clean:  ## take away environments, caches and pictures (the data in var/ stays)
	rm -rf $(VENV) $(LOWEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots
	find . -name __pycache__ -prune -exec rm -rf {} +
