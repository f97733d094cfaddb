# Everything a developer or an organizer types. `make help` prints the lines marked ##.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
FLASK := $(PY) -m flask --app wsgi
# One process per core for the tests; who is done takes over from who isn't.
PYTEST_ARGS ?= -n auto --maxprocesses 8 --dist worksteal

.NOTPARALLEL:
.PHONY: help install run work worker seed reset-demo test test-postgres browser interop shots check format lint types architecture bench lock css migration migrate

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target words; do printf '%-20s %s\n' "$$target" "$$words"; done

install: ## the environment with all that development needs
	@tools/environment dev

run: ## the demo: site, worker and local mailbox (PORT=8000)
	@tools/environment
	@DEMO=1 exec $(PY) -m tools.run

work: ## the worker alone: mail, intake, housekeeping
	@tools/environment
	@exec $(FLASK) worker

worker: work

seed: ## load the demo content
	@tools/environment
	@DEMO=1 exec $(FLASK) demo load

reset-demo: ## throw the demo's data away and begin anew
	@tools/environment
	@DEMO=1 exec $(PY) -m tools.run --reset

test: browser interop ## all tests, with what they need
	@exec $(PY) -m pytest $(PYTEST_ARGS)

test-postgres: browser interop ## all tests on PostgreSQL (the one that comes from PyPI) instead of SQLite
	@exec $(PY) -m pytest --postgres $(PYTEST_ARGS)

browser: install
	@tools/install_browser

interop: install
	@tools/install_interop

shots: browser ## pictures of the pages at 390 and 1280 px, light and dark, into shots/
	@SHOTS=1 exec $(PY) -m pytest tests/browser

format: install ## put the code in its form
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix-only --quiet .

lint: install ## form and rules of the code
	@$(PY) -m ruff format --check --quiet . || { echo 'Run `make format`.' >&2; exit 1; }
	@$(PY) -m ruff check --quiet .

types: install ## mypy, strict
	@$(PY) -m mypy

architecture: install ## who may import whom
	@.venv/bin/lint-imports --no-logo

css: install ## build static/build from static/css, fonts, img, js and vendor
	@$(PY) -m tools.build_static

check: install ## what CI runs: form, lint, types, architecture, built files, tests
	@exec $(PY) -m tools.check

bench: install ## the benchmarks (BENCH=name for one)
	@tools/install_bench
	@exec $(PY) -m bench $(BENCH)

lock: install ## pin and hash what requirements*.txt name
	@$(PY) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header $(LOCK_ARGS) requirements.txt -o requirements.lock
	@$(PY) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header $(LOCK_ARGS) requirements-dev.txt -c requirements.lock -o requirements-dev.lock
	@$(PY) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header $(LOCK_ARGS) tests/interop/programs.txt -o tests/interop/programs.lock

migration: install ## a new migration from changed models (M="add car pools")
	@test -n "$(M)" || { echo 'Say what it does: make migration M="add car pools"' >&2; exit 2; }
	@exec $(FLASK) db migrate -m "$(M)"

migrate: ## bring the database to the newest migration
	@tools/environment
	@exec $(FLASK) db upgrade
