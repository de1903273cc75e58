# Two commands: `make map` and `make test`. Everything lands in .venv, nothing outside this folder.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARTICLES ?= data/corpora/mosul
MAP ?= map.html
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: map test test-nominatim lint wheel benchmark clean

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

# A real Nominatim, set up, asked over loopback and removed again; wants root and Debian's PostgreSQL packages.
test-nominatim: $(VENV)/.ready-for-tests
	$(BIN)/python tests/geocoding/nominatim/run.py

# Build the wheel and the sdist, install the wheel into a fresh environment and run the main job from it.
wheel: $(VENV)/.ready-for-tests
	$(BIN)/python tests/check_wheel.py "$(ARTICLES)"

benchmark: $(VENV)/.ready-for-tests
	$(BIN)/python docs/benchmark.py $(GOLD)

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[html]'
	@touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready pyproject.toml
	$(PIP) --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist out map.html tests/artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
