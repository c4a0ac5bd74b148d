# Thin on purpose: each target is one or two plain commands, written out for Windows in README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test prove lab lock clean

demo: .venv/.ready
	$(BIN)/python -m analyslib demo

test: .venv/.ready-dev
	$(BIN)/python -m pytest

prove: .venv/.ready-dev
	$(BIN)/python -m pytest --prove
	$(BIN)/python benchmarks/lowest_versions.py

lab: .venv/.ready
	$(BIN)/python -m analyslib lab

.venv/.ready: requirements.lock
	@echo "Setting up .venv: a minute or two the first time"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

# The locks hold hashes and no addresses.
lock:
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --all-extras -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

clean:
	rm -rf .venv .venv-lowest
