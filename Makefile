# The two commands that matter:   make run    serve the demonstration organisation
#                                 make test   everything that CI runs
# The others are parts of these, or chores of the people who develop here. Written for make 3.81 and a POSIX shell.

BIN = .venv/bin
DJANGO = $(BIN)/python -m django
# Bytecode is kept whatever the environment says: the tests start many processes, and none should compile the product anew.
PYTEST = env PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
WORKERS = 2
# Whoever has nothing left to do takes over half of what the other one has left.
SHARED = -n $(WORKERS) --dist worksteal
# tests/harness/legs.py sees to it that no other module has one.
BROWSER_TESTS = $(wildcard qsms/*/tests/test_*browser*.py tests/test_*browser*.py)
# Every leg but `make run` works on settings of its own, so that no check touches the data under var/.
CHECKED = env QSMS_HOME=.venv/check DATABASE_URL= DJANGO_SETTINGS_MODULE=qsms.config.settings

.PHONY: help install run test check types lint unit browser pg bench docs pictures lock assets clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^## //p' Makefile

## make run      environment, database, demonstration organisation, server: prints its address
run: .venv/run.stamp
	@exec env QSMS_DEMO=1 $(BIN)/qsms serve

## make install  the environment alone, for a server that is not a demonstration
install: .venv/run.stamp

## make test     check, unit, pg and browser, one after the other
test: check unit pg browser

## make check    format, lint, types, floors, templates, spelling, keys, settings, missing migrations
check: .venv/dev.stamp
	$(MAKE) --no-print-directory -j 2 types lint

# As long as all the others together, so it runs beside them.
types: .venv/dev.stamp
	$(BIN)/mypy

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tools/house_rules.py
	$(CHECKED) $(BIN)/python tools/reference.py --check
	$(BIN)/codespell
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint qsms --lint --quiet --allow-empty-input
	$(CHECKED) $(DJANGO) check --fail-level WARNING
	$(CHECKED) $(DJANGO) makemigrations --check --dry-run

## make unit     the suite on SQLite, without the browser
unit: .venv/dev.stamp
	$(PYTEST) $(SHARED) -m "not browser and not pg"

## make pg       what an engine can change, on a throw-away PostgreSQL
pg: .venv/dev.stamp
	$(BIN)/python -m tests.harness.postgres $(PYTEST) $(SHARED) -m "not browser"

## make browser  the flows in a headless Chromium
browser: .venv/dev.stamp
	DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PYTEST) $(SHARED) -m browser $(BROWSER_TESTS)

## make bench    the figures of docs/performance.md on this machine
bench: .venv/run.stamp
	$(BIN)/qsms bench

## make docs     write the reference from sheets and commands, and check the links between the pages of docs/
docs: .venv/dev.stamp
	$(CHECKED) $(BIN)/python tools/reference.py
	$(BIN)/python tools/doc_links.py

## make pictures  take the pictures of docs/pictures anew, from the main job in the browser on the demonstration
pictures: .venv/dev.stamp
	mkdir -p docs/pictures
	QSMS_TEST_SHOTS=docs/pictures DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PYTEST) tests/test_main_job_browser.py

## make lock     choose the newest versions that pyproject.toml allows and write both lock files
lock: .venv/dev.stamp
	sh tools/lock.sh

## make assets   rebuild the vendored scripts, styles and fonts (needs Node; nobody else does)
assets:
	cd frontend && npm ci && npm run build

## make clean    remove the environment and every cache; the data under var/ stays
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run.stamp: requirements.lock tools/environment.sh
	@sh tools/environment.sh requirements.lock
	@touch $@

# The development lock holds everything that the other one holds, in the same versions.
.venv/dev.stamp: requirements-dev.lock tools/environment.sh
	@sh tools/environment.sh requirements-dev.lock
	@touch .venv/run.stamp $@
