# Two commands are enough: `make run` and `make test`. Each sets up what it needs first, and is quick when nothing changed.
PYTHON ?= python3
BIN := .venv/bin
VENV := .venv/.ready
APP := pwa/node_modules/.built
APP_SOURCES := $(shell find pwa sync/messages.json -type f -not -path '*/node_modules/*' -not -path 'pwa/dist/*' 2>/dev/null)

.PHONY: run test bench sim chaos escalators weeks walk shots check setup test-setup

run: setup ## set up, make the demo home if there is no data yet, serve
	@exec $(BIN)/tidemark serve --demo

# One more than there are cores, four at most: a test in a browser waits for more than half of its time.
WORKERS = $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 3 ? cores + 1 : 4)))

test: setup test-setup ## every test, on both databases and in a real browser
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: setup test-setup ## figures beside their floors (performance.md); no gate
	@$(BIN)/python -m tests.bench

sim: setup test-setup ## ten thousand schedules of tablets, network and server; prints a table
	@$(BIN)/python -m tests.sim

chaos: setup test-setup ## a long storm over a tablet in a real browser; prints figures
	@$(BIN)/python -m tests.chaos

escalators: setup test-setup ## four escalators over fifty alerts, killed at the worst moments, on both databases
	@ALERTS=50 $(BIN)/python -m pytest -q --timeout 1200 tests/stories/test_four_escalators.py

weeks: setup test-setup ## four weeks of a made-up home, recorded in full and to 60 %: what its alerts came to
	@$(BIN)/python -m tests.weeks

# Wherever a test looks at a screen.
LOOKS = $(shell grep -l "look\.at(" tests/browser/*.py)

# The W3C's validator of HTML is 30 MB and needs Java: only the walk fetches it.
VNU := pwa/node_modules/vnu-jar

$(VNU):
	@cd pwa && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error vnu-jar@26.9.27

# Six views and two engines a state: the longest test takes more than the five minutes that a test is given elsewhere.
walk: setup test-setup $(VNU) ## every screen in every view, with two accessibility engines and the HTML validator
	@WALK=full $(BIN)/python -m pytest --timeout 3600 $(LOOKS) tests/api/test_pages_html.py

shots: setup test-setup ## a picture of every screen for docs/screens.md
	@mkdir -p docs/screens && rm -f docs/screens/*.webp && SHOTS=docs/screens $(BIN)/python -m pytest -q $(LOOKS)
	@$(BIN)/python -m tests.harness.screens_page docs

check: setup ## quick: import rules, keys, words, types
	@cd pwa && npm run --silent check
	@$(BIN)/python -m pytest -q tests/test_*.py tests/rules

# The two know nothing of each other and mostly wait for the network. Compiled once: every process starts sooner, also where the machine was told to write no bytecode.
setup:
	@$(MAKE) --no-print-directory -j2 $(VENV) $(APP)
	@$(BIN)/python -m compileall -q server sync

test-setup:
	@sh tools/setup.sh tests

$(VENV): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh python $(PYTHON)
	@touch $@

$(APP): $(APP_SOURCES) tools/setup.sh
	@sh tools/setup.sh app
	@touch $@
