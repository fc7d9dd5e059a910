# Opora. Needs Python 3.11 or later and make; everything else is installed into this folder.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done || true)
OPORA := .venv/bin/opora
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint bench locks messages browser environment development

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: environment ## set up and start everything, with the demo region in an empty database
	@exec $(OPORA) up --demo

setup: environment ## environment, front end, database, reference data; starts nothing
	@$(OPORA) setup

check: development lint ## in seconds: style, types, floors, architecture, translations, migrations
	@$(PY) -m pytest tests/test_architecture.py

test: development browser ## everything: check, operations, API, browser
	@$(OPORA) setup --build
	@status=0; $(MAKE) --no-print-directory lint || status=1; $(PY) -m pytest || status=1; exit $$status

lint: development
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet . || { echo 'Run: .venv/bin/ruff format .'; exit 1; }
	@.venv/bin/lint-imports --no-logo 2>&1 | tail -n 25; exit $${PIPESTATUS:-0}
	@.venv/bin/mypy

bench: environment .bench-venv/of.lock ## measure at a small scale, into bench/results.json
	@$(OPORA) bench

# The baseline has dependencies of its own.
.bench-venv/of.lock: requirements/bench.lock
	@$(PYTHON) -m venv --clear .bench-venv
	@.bench-venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@cp $< $@

locks: development ## write requirements/*.lock anew from pyproject.toml
	@for what in "run pyproject.toml" "dev pyproject.toml --extra dev" "bench --group bench"; do \
		set -- $$what; name=$$1; shift; \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
			--no-emit-index-url -o requirements/$$name.lock $$@ || exit 1; done

messages: development ## collect texts into the catalogues
	@$(OPORA) messages

# Debian's Chromium for the browser tests: installed when we may, asked for when we may not.
browser:
	@if command -v chromium >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo 'Chromium'; apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null; \
	else \
		echo '*** No Chromium: THE BROWSER TESTS ARE LEFT OUT. Install it: sudo apt-get install chromium' >&2; \
	fi

environment:
	@$(if $(PYTHON),,echo 'Opora needs Python 3.11 or later: install it, or name it: make PYTHON=/path/to/python run' >&2; exit 1)
	@$(PYTHON) requirements/install.py run

development:
	@$(if $(PYTHON),,echo 'Opora needs Python 3.11 or later: install it, or name it: make PYTHON=/path/to/python test' >&2; exit 1)
	@$(PYTHON) requirements/install.py dev
