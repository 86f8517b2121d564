# Two commands are enough for a newcomer: `make demo` and `make test`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
UV := .uv/bin/uv
ARGS ?=
export CARGO_TERM_PROGRESS_WHEN ?= auto

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

prerequisites:
	@./tools/prerequisites

$(UV): | prerequisites
	@echo "installing uv into .uv"
	@python3 -m venv .uv && .uv/bin/pip --quiet --disable-pip-version-check install 'uv>=0.8'

$(VENV)/.locked: requirements.lock | $(UV)
	@$(UV) venv --quiet --allow-existing --python python3 $(VENV)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@rm -f $(VENV)/.built; touch $@

RUST_SOURCES := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock pyproject.toml

$(VENV)/.built: $(VENV)/.locked $(RUST_SOURCES)
	@$(BIN)/maturin develop --quiet --skip-install --profile dev 2>&1 || $(BIN)/maturin develop --profile dev --skip-install
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . 
	@touch $@

build: $(VENV)/.built ## build everything; leaves a working .venv/bin/tally

.PHONY: help prerequisites build
