# make demo    the documents' walkthrough against a mock cloud
# make test    the tests
# make lint    ruff and mypy --strict
# make plain   the client installed alone
# make real    the contract tests and the walkthrough against real Keystone and Glance
# make bench   docs/benchmarks.md, measured anew
PYTHON ?= python3
VENV ?= .venv
REFERENCE_VENV ?= .venv-reference
BIN = $(VENV)/bin

.PHONY: demo test lint plain real bench clean

$(BIN)/mockserver: setup.cfg
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[mock]'
	touch $@

$(BIN)/pytest: setup.cfg
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@ $(BIN)/mockserver

# The client alone starts, and brings none of the mock's libraries.
plain:
	$(PYTHON) -m venv --clear $(VENV)-plain
	$(VENV)-plain/bin/pip install --quiet .
	$(VENV)-plain/bin/imagectl --help > /dev/null
	! $(VENV)-plain/bin/python -c 'import falcon' 2> /dev/null
	! $(VENV)-plain/bin/python -c 'import sqlalchemy' 2> /dev/null

# What `make real` and `make bench` compare with: the real services and clients.
$(REFERENCE_VENV)/bin/openstack: tests/contract/reference-requirements.txt
	$(PYTHON) -m venv $(REFERENCE_VENV)
	$(REFERENCE_VENV)/bin/pip install --quiet --requirement $<
	touch $@

demo: $(BIN)/mockserver
	PATH="$(CURDIR)/$(BIN):$$PATH" mockserver run --seed bare -- sh examples/walkthrough.sh

test: $(BIN)/pytest
	$(BIN)/pytest -n auto

lint: $(BIN)/pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

real: $(BIN)/pytest $(REFERENCE_VENV)/bin/openstack
	PATH="$(CURDIR)/$(BIN):$$PATH" IMAGECTL_REFERENCE_BIN="$(CURDIR)/$(REFERENCE_VENV)/bin" \
	$(BIN)/python tests/contract/real_services.py --venv $(REFERENCE_VENV) --bare -- \
	sh -c 'pytest -m real tests/scenarios \
	&& sh examples/walkthrough.sh \
	&& pytest -n 2 -m "real or reference" --ignore tests/scenarios'

bench: $(BIN)/pytest $(REFERENCE_VENV)/bin/openstack
	$(BIN)/python -m benchmarks --reference $(REFERENCE_VENV)/bin --write docs/benchmarks.md

clean:
	rm -rf $(VENV) $(VENV)-plain $(REFERENCE_VENV) build dist *.egg-info
