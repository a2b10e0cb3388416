# Everything runs from .venv in this checkout; nothing is written outside it.
# An environment of an older Python is replaced by `make clean install`.

PYTHON ?=
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"
PO := src/rempart/locale/fr/LC_MESSAGES/rempart.po

.PHONY: help install demo test check bench drill duels tournament messages lock bundle clean

help:
	@echo "make install   put Rempart into .venv (Python 3.11 or newer)"
	@echo "make demo      a small region, its thieves and the whole story"
	@echo "make test      style, types, import rules, then every test"
	@echo "make bench     measure the speeds the documentation states"
	@echo "make drill     steal sessions, kill every part, load the service: what was served, lost and how fast (five minutes)"
	@echo "make duels     measure what thieves take and what honest staff feel (five minutes)"
	@echo "make tournament  four other detectors against the same thieves, at equal friction (half an hour)"
	@echo "make messages  gather the sentences to translate, compile the French catalogue"
	@echo "make lock      pin the dependencies anew (needs uv)"
	@echo "make bundle    everything for a site without internet, in dist/ (for this kind of machine)"
	@echo "make clean     remove .venv and every cache"

install: .venv/.installed

.venv/.python:
	@python="$(PYTHON)"; \
	for name in python3 python3.14 python3.13 python3.12 python3.11; do \
		test -n "$$python" || ! $$name -c '$(NEW_ENOUGH)' 2>/dev/null || python=$$name; \
	done; \
	if ! "$${python:-python3}" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		echo "Rempart needs Python 3.11 or newer, found $$("$${python:-python3}" --version 2>&1 | tail -n 1);" \
			"install one, or name it: make install PYTHON=/path/to/python3.12" >&2; exit 1; \
	elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python comes without venv and pip;" \
			"install them (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; \
	fi; \
	"$$python" -m venv --clear .venv
	@touch $@

.venv/.installed: .venv/.python requirements/runtime.txt pyproject.toml src/rempart/__init__.py
	@echo "Installing Rempart into .venv (a minute or two the first time)"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@echo "Compiling (half a minute, once)"
	@$(BIN)/python -m rempart.lab.compile
	@touch $@
	@echo "Installed: $(BIN)/rempart"

.venv/.developing: .venv/.installed requirements/dev.txt
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

demo: install
	@$(BIN)/rempart demo

check: .venv/.developing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -n 2

bench: .venv/.developing
	$(BIN)/python -m bench

drill: .venv/.developing
	$(BIN)/python -m bench.drill
	$(BIN)/python -m bench.kills
	$(BIN)/python -m bench.serve

duels: .venv/.developing
	$(BIN)/python -m bench.detector --seeds 201

.venv/.competing: .venv/.developing requirements/tournament.txt
	@echo "Installing the other detectors"
	@$(PIP) install --require-hashes -r requirements/tournament.txt
	@touch $@

tournament: .venv/.competing
	$(BIN)/python -m bench.tournament

messages: .venv/.developing
	$(BIN)/pybabel compile -i $(PO) -o $(PO:.po=.mo)

lock:
	$(LOCK) pyproject.toml requirements/build.in --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml requirements/build.in --group dev --constraint requirements/runtime.txt \
		--output-file requirements/dev.txt
	$(LOCK) pyproject.toml requirements/build.in --group dev --group tournament --constraint requirements/dev.txt \
		--output-file requirements/tournament.txt

BUNDLE := dist/rempart-bundle

bundle: .venv/.installed
	rm -rf $(BUNDLE) $(BUNDLE).tar.gz
	mkdir -p $(BUNDLE)/wheels
	$(PIP) download --require-hashes --only-binary :all: --dest $(BUNDLE)/wheels -r requirements/runtime.txt
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir $(BUNDLE)/wheels .
	cp requirements/runtime.txt deploy/bundle/install.sh LICENSE $(BUNDLE)
	cp -R deploy $(BUNDLE)/deploy
	cd $(BUNDLE) && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS
	tar --sort=name --owner=0 --group=0 --numeric-owner -C dist -czf $(BUNDLE).tar.gz rempart-bundle
	@echo "Take $(BUNDLE).tar.gz to the site, unpack it, run: sh install.sh"

clean:
	rm -rf dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
