# make demo    the documents' walkthrough against a mock cloud
# make test    the tests
# make kills   a hundred random kills of transfers
# make lint    ruff and mypy --strict
# make plain   the client installed alone
# make real    the contract tests and the walkthrough against real Keystone and Glance
# make robustness   every kind of fault found in the field, in full size
# make conformance   Tempest against the mock and the real services, after make real
# make docs    the pages made from the commands: docs/reference and its like
# make locked   .venv with the versions and hashes of .ci/requirements.txt
# make lock    these versions and hashes, made anew
# make bench   docs/benchmarks.md, measured anew
PYTHON ?= python3
VENV ?= .venv
REFERENCE_VENV ?= .venv-reference
BIN = $(VENV)/bin
# what the tests of `make real` called, for docs/conformance.md
OPERATIONS = build/operations
# what `make real` and `make robustness` tried, for docs/robustness.md
TRIED = build/robustness

help:
	@sed -n 's/^# make /make /p' Makefile

.PHONY: help demo test kills lint plain real robustness conformance docs bench clean locked lock

$(BIN)/mockserver: setup.cfg
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[mock]'
	touch $@

$(BIN)/pytest: setup.cfg
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@ $(BIN)/mockserver

# What CI tests with: nothing that is not in the file, and nothing of another hash.
locked:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement .ci/requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(BIN)/mockserver $(BIN)/pytest

lock:
	$(PYTHON) -m venv --clear $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	$(VENV)-lock/bin/pip-compile --quiet --extra test --generate-hashes --upgrade \
	--strip-extras --no-allow-unsafe --unsafe-package openstack-imagectl --no-annotate \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--output-file .ci/requirements.txt setup.py
	sed -i -e '/^#/d' -e '/^$$/d' .ci/requirements.txt

# The client alone starts, and brings none of the mock's libraries.
plain:
	$(PYTHON) -m venv --clear $(VENV)-plain
	$(VENV)-plain/bin/pip install --quiet .
	$(VENV)-plain/bin/imagectl --help > /dev/null
	! $(VENV)-plain/bin/python -c 'import falcon' 2> /dev/null
	! $(VENV)-plain/bin/python -c 'import sqlalchemy' 2> /dev/null

# What `make real`, `make conformance` and `make bench` compare with.
$(REFERENCE_VENV)/bin/openstack: tests/contract/support/reference-requirements.txt
	$(PYTHON) -m venv $(REFERENCE_VENV)
	$(REFERENCE_VENV)/bin/pip install --quiet --requirement $<
	touch $@

demo: $(BIN)/mockserver
	PATH="$(CURDIR)/$(BIN):$$PATH" mockserver run --seed bare -- sh examples/walkthrough.sh

test: $(BIN)/pytest
	$(BIN)/pytest -n auto

kills: $(BIN)/pytest
	IMAGECTL_KILLS=100 $(BIN)/pytest -n auto tests/client/transfer/test_kills.py

lint: $(BIN)/pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Real Keystone on SQLite now and then refuses what it is asked beside other things,
# and some requests break it for good; what fails is asked once more, of a new one.
REAL = IMAGECTL_OPERATIONS="$(CURDIR)/$(OPERATIONS)" \
	IMAGECTL_ROBUSTNESS="$(CURDIR)/$(TRIED)/real" \
	PATH="$(CURDIR)/$(BIN):$$PATH" IMAGECTL_REFERENCE_BIN="$(CURDIR)/$(REFERENCE_VENV)/bin" \
	$(BIN)/python tests/contract/support/real_services.py --venv $(REFERENCE_VENV)
CONTRACT = pytest -m "real or reference" --ignore tests/scenarios
real: $(BIN)/pytest $(REFERENCE_VENV)/bin/openstack
	rm -rf $(OPERATIONS) $(TRIED)/real
	$(REAL) --bare -- sh -c 'pytest -m real tests/scenarios \
	&& sh examples/walkthrough.sh \
	&& $(CONTRACT) -n 2' \
	|| $(REAL) -- $(CONTRACT) --last-failed --last-failed-no-failures none

robustness: $(BIN)/pytest
	rm -rf $(TRIED)/mock
	IMAGECTL_ROBUSTNESS="$(CURDIR)/$(TRIED)/mock" $(BIN)/pytest -n auto -m "fault and not real"
	$(BIN)/python -m tests.robustness $(TRIED) --write docs/robustness.md

conformance: $(BIN)/pytest $(REFERENCE_VENV)/bin/openstack
	$(BIN)/python -m tests.conformance --reference $(REFERENCE_VENV) \
	$(if $(wildcard $(OPERATIONS)),--operations $(OPERATIONS) --write docs/conformance.md)

bench: $(BIN)/pytest $(REFERENCE_VENV)/bin/openstack
	$(BIN)/python -m benchmarks --reference $(REFERENCE_VENV)/bin --write docs/benchmarks.md

docs: $(BIN)/pytest
	$(BIN)/python -m docs

# What `make docs` compares with, of another version of the reference clients.
docs/reference-clients.json: docs/introspect.py $(REFERENCE_VENV)/bin/openstack
	$(REFERENCE_VENV)/bin/python $< > $@

clean:
	rm -rf $(VENV) $(VENV)-plain $(VENV)-lock $(REFERENCE_VENV) build dist *.egg-info
