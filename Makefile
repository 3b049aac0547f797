# One entry for everything. `make help` lists what there is.

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
T ?=
GATEWAY := $(BIN)/python -m gateway

.DEFAULT_GOAL := help
.PHONY: help demo serve test check fix soak bench bench-faults bench-onboarding lock services clean

##@ Run

help: ## Show the available commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.runtime ## Two regions, one gateway, real exchanges; ONCE=1 does them and ends
	@$(GATEWAY) demo $(if $(ONCE),--once --json)

serve: .venv/.runtime ## Serve with config/gateway.toml
	@$(GATEWAY) serve

##@ Prove

test: .venv/.tests services ## Every test; T=path narrows
	@$(BIN)/python -m pytest $(T)

check: .venv/.tests ## Format, lint, types, floors, promises to clients; changes nothing
	@failed=0; \
	run() { echo "- $$*"; "$$@" || failed=$$((failed + 1)); }; \
	run $(BIN)/ruff format --check --quiet .; \
	run $(BIN)/ruff check --quiet .; \
	run $(BIN)/mypy --no-error-summary; \
	run env PYTHONPATH=. $(BIN)/lint-imports --no-logo; \
	run $(GATEWAY) contracts diff released current --for consumers; \
	if [ $$failed -gt 0 ]; then echo "$$failed checks failed"; exit 1; fi; echo "all checks passed"

fix: .venv/.tests ## Repair what can be repaired: format, lint, published schemas
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; $(BIN)/python -m schemas.publish

soak: .venv/.tests services ## Kills and failing stores while events flow, 50 rounds; SOAK_ROUNDS, SOAK_SEED
	@$(BIN)/python -m tests.soak

bench: .venv/.tests ## The benchmarks, each against its peers in one run
	@$(BIN)/python -m tests.benchmarks

bench-faults: .venv/.faults ## Which stage finds each seeded fault, and what five mapping languages notice
	@$(BIN)/python -m tests.benchmarks.bench_faults

bench-onboarding: .venv/.tests ## What onboarding proposes beside hand-checked answers; SAMPLES=DIR
	@$(BIN)/python -m tests.benchmarks.bench_onboarding $(SAMPLES)

##@ Keep

lock: .venv/.tests ## Lock the dependencies anew, with hashes and without addresses
	@$(BIN)/python -m pip install --quiet uv
	@compile="$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"; \
	$$compile pyproject.toml -o requirements.txt && \
	$$compile --extra test --extra bench pyproject.toml -c requirements.txt -o requirements-dev.txt && \
	$$compile --extra faults pyproject.toml -c requirements-dev.txt -o requirements-faults.txt

services: ## PostgreSQL, MariaDB, Redis, Chromium and nginx for the tests, by apt when root and missing
	@bash tests/support/services.sh

clean: ## Remove the environment and what the demo wrote
	@rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3" >&2; exit 3; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "The venv module is missing: apt-get install python3-venv" >&2; exit 3; }

# What is installed is what is locked, hash by hash, and nothing is resolved anew; the project itself is found by a path
# file.
define install
	@echo "installing $(1) into .venv" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1)
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/pertukaran.pth"
	@printf '#!/bin/sh\nexec "%s" -m gateway "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/gateway && chmod +x $(BIN)/gateway
	@touch $@
endef

.venv/.runtime: requirements.txt | .venv/bin/python
	$(call install,requirements.txt)

.venv/.tests: requirements-dev.txt | .venv/bin/python
	$(call install,requirements-dev.txt)
	@touch .venv/.runtime

# The peers of `bench-faults` bring some hundred packages, so only it installs them.
.venv/.faults: requirements-faults.txt .venv/.tests
	$(call install,requirements-faults.txt)
