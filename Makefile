# Two commands are enough for a newcomer: `make demo` and `make test`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
UV := .uv/bin/uv
RUST := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock pyproject.toml
RUN := VIRTUAL_ENV=$(CURDIR)/.venv PATH=$(CURDIR)/$(BIN):$(CURDIR)/.uv/bin:$$PATH
ARGS ?=

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

build: .venv/.built ## build everything; leaves a working .venv/bin/tally

demo: build ## three organisations on this machine, linked live; ARGS go to `tally demo`
	@$(BIN)/tally demo $(ARGS)

check: build ## every check that runs nothing: format, lint, types, contracts, Rust's own tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mypy.stubtest tallystick.native._core --allowlist rust/crates/python/stubtest-allowlist.txt
	cargo fmt --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	cargo test --quiet --workspace

test: prerequisites packages check ## everything that CI runs
	$(BIN)/pytest $(ARGS)

fix: build ## mend what can be mended by machine
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	cargo fmt

bench: build ## each capability beside its reference, in one run
	$(BIN)/python -m benchmarks $(ARGS)

model: build ## train the pair model again and print how it does on people it never saw
	@$(BIN)/python -m tools.pair_model

docs: build ## the documentation, without warnings, in site/
	$(BIN)/python -m tools.reference
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: build ## what others install without Rust, in dist/
	@$(RUN) maturin build --release --out dist

lock: $(UV) ## rewrite requirements.lock from pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra demo --extra kafka --extra sklearn --group dev pyproject.toml --output-file requirements.lock

clean: ## remove what make made
	rm -rf .venv .uv target dist site src/tallystick/native/*.so

prerequisites:
	@./tools/prerequisites

packages:
	@./tools/test-packages

$(UV): | prerequisites
	@echo "uv, in .uv/"
	@python3 -m venv .uv
	@.uv/bin/pip --quiet --disable-pip-version-check install 'uv>=0.8'

.venv/.locked: requirements.lock | $(UV)
	@echo "Python packages, in .venv/"
	@$(UV) venv --quiet --allow-existing --python python3 .venv
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@rm -f .venv/.built; touch $@

.venv/.built: .venv/.locked $(RUST)
	@echo "the compiled core, in target/"
	@cargo build --package tallystick-python --features extension-module
	@$(RUN) maturin develop --uv --quiet --profile dev 2>/dev/null || $(RUN) maturin develop --uv --profile dev
	@touch $@

.PHONY: help build demo check test fix bench docs wheel lock clean prerequisites packages
