# `make help` lists what can be done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TESTS ?= tests
chaos: export CHAOS_MAILS ?= 5000
chaos: export CHAOS_KILLS ?= 50
chaos: export CHAOS_ALIVE ?= 2000
chaos: export CHAOS_SECONDS ?= 24
chaos: export CHAOS_FIRMS ?= 80
BENCH ?= $(wildcard benchmarks/*.py)
FIRMS ?= 1000 10000 100000 1000000

.DEFAULT_GOAL := help
.PHONY: help run tour test screenshots trace chaos test-compose bench bench-report fuzz audit check check-kubernetes format docs lock clean

##@ Use
run: $(VENV)/.run ## start the whole platform on http://127.0.0.1:$(PORT), data in var/
	@$(BIN)/peiyu run --port $(PORT)

tour: $(VENV)/.run ## play the whole story against the running platform
	@$(BIN)/peiyu tour --url http://127.0.0.1:$(PORT)

##@ Develop
test: $(VENV)/.dev ## everything that can be tested on this machine, checks included (TESTS=path for a part)
	@sh tests/infrastructure/install_broker.sh
	@sh tests/infrastructure/install_browser.sh
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(TESTS)

screenshots: $(VENV)/.dev ## pictures of every page of the portal, into var/screenshots
	@sh tests/infrastructure/install_browser.sh
	@PEIYU_SCREENSHOTS=$(CURDIR)/var/screenshots $(BIN)/python -m pytest tests/browser/test_every_page.py

trace: $(VENV)/.dev ## play one submission on every part of the platform, and draw its trace: docs/screenshots/trace.svg
	@sh tests/infrastructure/install_broker.sh
	@PEIYU_TRACE=$(CURDIR)/docs/screenshots/trace.svg $(BIN)/python -m pytest tests/system/test_one_trace.py

chaos: $(VENV)/.dev ## break everything under load, at full length: a ledger tells what became of each request (CHAOS_SECONDS, CHAOS_FIRMS, CHAOS_MAILS, CHAOS_KILLS, CHAOS_ALIVE, CHAOS_SEED)
	@sh tests/infrastructure/install_broker.sh
	@$(BIN)/python -m pytest -n logical --maxprocesses 2 --dist load tests/chaos

test-compose: $(VENV)/.dev ## docker compose up, and the tour on it: alone, with three replicas of each, with one of them killed
	@PEIYU_TEST_COMPOSE=1 $(BIN)/python -m pytest tests/compose

bench: $(VENV)/.bench ## measure: every script in benchmarks/ prints a table (BENCH=path for one)
	@sh tests/infrastructure/install_broker.sh
	@for script in $(BENCH); do $(BIN)/python $$script || exit 1; done

bench-report: bench ## measure, also as firms grow (FIRMS="1000 …"), and write a page with plots: var/bench/report.md
	@for firms in $(FIRMS); do \
		$(BIN)/python benchmarks/consumer.py --events 1000 --of peiyu bare --firms $$firms || exit 1; \
		$(BIN)/python benchmarks/gate.py --applications 300 --firms $$firms || exit 1; \
	done
	@$(BIN)/python -m benchmarks.measured.report

fuzz: export FUZZ_EXAMPLES ?= 3000
fuzz: $(VENV)/.dev ## try the parsers of what comes from outside with much more, ever new (FUZZ_EXAMPLES)
	@$(BIN)/python -m pytest tests/fuzz

audit: $(VENV)/.dev ## licences, bill of materials (var/sbom.json), known weaknesses of what is installed and of the image's base (IMAGE)
	@mkdir -p var
	@$(BIN)/python requirements/audit.py requirements/run.txt
	@$(BIN)/cyclonedx-py requirements --output-reproducible --output-file var/sbom.json requirements/run.txt
	@$(BIN)/pip-audit --strict --disable-pip --requirement requirements/run.txt; program=$$?; \
		sh deploy/image/audit.sh $(IMAGE) && exit $$program

check: $(VENV)/.dev ## lint, types, import contracts, drift of the documents
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -n 20
	@$(BIN)/peiyu docs --check

check-kubernetes: $(VENV)/.dev ## render deploy/kubernetes and validate it (PEIYU_CRD_SCHEMAS: the folder with the schemas of custom resources)
	@$(BIN)/python -m tests.infrastructure.kubernetes

format: $(VENV)/.dev ## lay the code out
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

docs: $(VENV)/.dev ## write docs/asyncapi.json and docs/openapi/ anew
	@$(BIN)/peiyu docs

lock: $(VENV)/.dev ## pin the dependencies anew, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c requirements/run.txt pyproject.toml --group pyproject.toml:dev -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c requirements/dev.txt --group pyproject.toml:bench -o requirements/bench.txt

clean: ## remove the virtual environment and the data of `make run`
	rm -rf $(VENV) var

##@ Help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@sh requirements/make_venv.sh "$(PYTHON)" $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt requirements/kustomize.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements/kustomize.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@
