# Two commands: `make map` and `make test`. Everything lands in .venv, nothing outside this folder.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARTICLES ?= data/corpora/mosul
MAP ?= map.html
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: map test test-nominatim test-transformers lint wheel benchmark docs clean

map: $(VENV)/.ready
	@$(BIN)/geomap map "$(ARTICLES)" --output "$(MAP)"

# The map's scripts are linted and tested with Node.js, which root gets from Debian; others are told what to type.
test: $(VENV)/.ready-for-tests lint
	@command -v npm >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq nodejs npm; } \
	  || { echo "install Node.js first: apt-get install nodejs npm"; exit 1; }
	$(BIN)/python -m pytest

lint: $(VENV)/.ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A real Nominatim, set up, asked over loopback and removed again; wants root and Debian's PostgreSQL packages. It says why
# where a machine cannot run it, and fails there unless it is told otherwise: `make test-nominatim UNABLE=true`.
UNABLE ?= false
test-nominatim: $(VENV)/.ready-for-tests
	$(BIN)/python tests/geocoding/nominatim/run.py || { test $$? = 77 && $(UNABLE); }

# Recognizers that run on torch, in an environment of their own: torch takes a gigabyte or more.
test-transformers: $(VENV)/transformers/.ready
	$(VENV)/transformers/bin/python -c "import torch, transformers"
	$(VENV)/transformers/bin/python -m pytest tests/test_recognizer_adapters.py

# Build the wheel and the sdist, install the wheel into a fresh environment and run the main job from it.
wheel: $(VENV)/.ready-for-tests
	$(BIN)/python tests/check_wheel.py "$(ARTICLES)"

# Writes docs/benchmark.md; GOLD is a folder of the corpora that the models were trained on, without it the samples alone.
benchmark: $(VENV)/.ready-for-benchmark
	$(BIN)/python docs/benchmark.py $(GOLD)

# The documentation site, in out/site; warnings are errors. Notebooks run again only where they or the code have changed.
docs: $(VENV)/.ready-for-docs
	$(BIN)/python docs/site/build.py $(DOCS)

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[html]'
	@touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready pyproject.toml
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.ready-for-benchmark: $(VENV)/.ready-for-tests pyproject.toml
	$(PIP) --editable '.[benchmark]'
	@touch $@

$(VENV)/.ready-for-docs: $(VENV)/.ready-for-tests pyproject.toml
	$(PIP) --editable '.[docs]'
	@touch $@

$(VENV)/transformers/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)/transformers
	$(VENV)/transformers/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test-transformers]'
	@touch $@

clean:
	rm -rf $(VENV) build dist out map.html tests/artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
