# Everything here works on a fresh machine with Python 3.11 to 3.13 and make; it installs what it needs into .venv.
PYTHON ?= python3
SEEDS ?= 10000
FIRST ?= 0
POLICY ?= config/example.yaml
SECONDS ?= 3600
INSTANCES ?= 1
PEOPLE ?= 500
PLANS ?= 1000000
MODULES ?=
NAME ?=
# Two workers more than there are cores: many tests wait for processes of their own.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 + len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else "auto")')
SPREAD = -n $(WORKERS) --dist worksteal

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# What is loaded is compiled on all cores; msgraph's 17,000 generated modules never are, and pip would compile them first.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/msgraph/generated/' .venv/lib shared connectors local
# What is compiled once is kept, whatever the machine's owner prefers: tests begin hundreds of processes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run local e2e test check thorough format lint types floors collected docs simulate planted laws mutants fuzz bench scan sandbox connector try lock clean
.DEFAULT_GOAL := run

run: .venv/run  ## HR export → simulated tenant, with a summary; run it twice and the second writes nothing
	$(BIN)/joinly run $(POLICY)

local: .venv/dev  ## Azure on this machine with the app in Microsoft's runtime, live: make local INSTANCES=3
	$(BIN)/python -m local.azure $(POLICY) --instances $(INSTANCES)

e2e: .venv/dev  ## from HR to tenant through the real runtime with workers killed all the time: make e2e PEOPLE=500
	JOINLY_PEOPLE=$(PEOPLE) $(BIN)/python -m pytest -q -s tests/local_azure/test_end_to_end.py

test: .venv/dev  ## all tests
	$(BIN)/python -m pytest $(SPREAD)

check: .venv/dev  ## everything the project promises: format, lint, types, floors, tests, documents
	$(MAKE) --no-print-directory -j 2 types floors lint collected
	$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term

thorough: .venv/dev laws mutants  ## what takes an hour or more: the same tests trying far more, a million plans, every mutant
	JOINLY_THOROUGH=1 $(BIN)/python -m pytest $(SPREAD) --cov=shared --cov=connectors --cov-report=term
	$(BIN)/python tests/simulation/run.py $(SEEDS) $(FIRST)

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

floors: .venv/dev
	$(BIN)/lint-imports

collected: .venv/dev  ## every test can be loaded, and is compiled for the many processes that run them
	@mkdir -p build
	$(BIN)/python -m pytest --collect-only -q > build/collected || { cat build/collected; exit 1; }

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/dev  ## write the generated pages anew: policy schema, expression reference, connectors
	$(BIN)/python -m tests.conformance.calls
	$(BIN)/python -m docs.generate

simulate: .venv/dev  ## seeded histories with crashes, stalls and lost answers: make simulate SEEDS=100000
	$(BIN)/python tests/simulation/run.py $(SEEDS) $(FIRST)

planted: .venv/dev  ## find the seeds that show each planted bug
	$(BIN)/python tests/simulation/run.py planted

laws: .venv/dev  ## every law of planning and lifecycle on random plans: make laws PLANS=10000000
	$(BIN)/python -m tests.laws.run $(PLANS) $(FIRST)

mutants: .venv/dev  ## is every small wrong in the code that decides noticed by a test, or explained?
	$(BIN)/python -m tests.mutation.run $(MODULES)

fuzz: .venv/dev  ## every target that reads text, led by coverage, for an hour together: make fuzz SECONDS=600
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS)

scan: .venv-scan/done  ## checkov on the templates of infra/: all of them read, every finding repaired or explained
	.venv-scan/bin/python tests/scan/run.py

bench: .venv/dev
	$(BIN)/python -m benchmarks.expressions

sandbox: .venv/run  ## the simulated tenant and HR systems on loopback
	$(BIN)/joinly sandbox --policy $(POLICY)

connector: .venv/dev  ## a new HR system: connector, simulator, sample and tests that work at once: make connector NAME=topdesk
	$(BIN)/python -m tests.scaffold $(NAME)

try: .venv/dev  ## one connector alone, as fast as can be: make try NAME=topdesk
	$(BIN)/ruff check connectors/$(NAME) local/$(NAME) tests/connector_$(NAME) tests/conformance
	$(BIN)/ruff format --check connectors/$(NAME) local/$(NAME) tests/connector_$(NAME) tests/conformance
	$(BIN)/mypy connectors/$(NAME) local/$(NAME)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/connector_$(NAME) tests/conformance -k "$(NAME)"

lock:  ## compile the lock files anew from pyproject.toml; one lock serves all Python versions
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	for part in "requirements.txt" "requirements-sandbox.txt --extra sandbox" "requirements-dev.txt --extra sandbox --extra dev"; do \
	  set -- $$part; file=$$1; shift; \
	  .venv-lock/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --quiet \
	    $$([ "$$file" = requirements.txt ] || echo -c requirements.txt) "$$@" -o $$file; done
	echo checkov | .venv-lock/bin/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-header --quiet -o requirements-scan.txt
	printf '%s\n' azure-functions-runtime azurefunctions-extensions-base \
	  | .venv-lock/bin/uv pip compile - --no-deps --python-version 3.13 --generate-hashes --no-header --quiet -c requirements-dev.txt -o requirements-runtime.txt
	rm -r .venv-lock

clean:
	rm -rf .venv .venv-scan .joinly build *.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Joinly needs Python 3.11, 3.12 or 3.13; name one with: make PYTHON=python3.13"; exit 1; }
	$(PYTHON) -m venv .venv

.venv-scan/done: requirements-scan.txt
	$(PYTHON) -m venv .venv-scan
	.venv-scan/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $<
	@touch $@

.venv/run: .venv/bin/python requirements.txt requirements-sandbox.txt pyproject.toml
	$(PIP) -r requirements.txt -r requirements-sandbox.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	-$(COMPILE)
	@touch $@

# Microsoft's runtime declares the Python that Azure runs it on, 3.13, where it came with the line before; the same code
# works on 3.11 and 3.12, and without it nobody there would see what Azure makes of function_app.py.
.venv/dev: .venv/run requirements-dev.txt requirements-runtime.txt
	$(PIP) -r requirements-dev.txt
	$(PIP) --no-deps --ignore-requires-python -r requirements-runtime.txt
	-$(COMPILE)
	@touch $@
