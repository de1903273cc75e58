# These commands do all the set-up: `make map`, `make notebooks` and `make test`. Everything lands in .venv, nothing outside this folder.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARTICLES ?= data/corpora/mosul
MAP ?= map.html
TESTS ?=
JOBS ?= 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
comma := ,
EXTRAS := analysis,dask,formats,html,maps,notebooks,parquet,spacy
# Without compiled files every run would rewrite and compile all tests anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: map notebooks test test-fast test-long test-lowest test-newest test-nominatim test-transformers test-models lint typecheck wheel \
  benchmark models page docs mutants constraints count clean

map: $(VENV)/.ready
	@$(BIN)/geomap map "$(ARTICLES)" --output "$(MAP)"

# Opens the notebooks in JupyterLab; LAB holds further options, such as `--no-browser`.
LAB ?=
notebooks: $(VENV)/.ready-for-notebooks
	$(BIN)/python -m jupyterlab $(LAB) notebooks

# Everything, or `make test TESTS=tests/test_articles.py`. The map's scripts are linted and tested with Node.js, installed with
# apt when run as root; otherwise the command is printed. The browser has the machine to itself, since it is what readers wait for.
test: $(VENV)/.ready-for-tests $(if $(TESTS),,lint)
	@command -v npm >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq nodejs npm; } \
	  || { echo "install Node.js first: apt-get install nodejs npm"; exit 1; }
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=300 $(if $(TESTS),$(TESTS),-m "not browser" -n $(JOBS) --dist loadfile)
	$(if $(TESTS),,$(BIN)/python -m pytest -m browser tests/browser)

# The units alone, in about three minutes: no browser, no notebook, no server, nothing marked slow.
test-fast: $(VENV)/.ready-for-tests
	$(BIN)/python -m pytest -q -p no:nbmake -m "not slow and not browser and not network" -n $(JOBS) --dist loadfile tests

# What takes longer than ten minutes: every property test with many more examples, the same kills and faults many times over,
# a full-size gazetteer, recognizers on torch, 200 mutants. The CHANGELOG says when it last ran whole.
test-long: $(VENV)/.ready-for-tests test-transformers test-models
	$(BIN)/python -m pytest --long -n $(JOBS) --dist loadfile tests
	$(BIN)/python tests/benchmarks/gazetteer.py
	$(BIN)/python tests/house/mutants.py

# Small changes of the code that the tests should notice; those that they do not are printed.
COUNT ?= 200
mutants: $(VENV)/.ready-for-tests
	$(BIN)/python tests/house/mutants.py --count $(COUNT)

# The fast tests and the main job with the oldest versions allowed, and with the newest; `EVERY=--every` takes every Python found.
EVERY ?=
test-lowest test-newest: $(VENV)/.ready-for-tests
	$(BIN)/python tests/house/matrix.py $(@:test-%=%) $(EVERY)

lint: $(VENV)/.ready-for-tests typecheck
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# The package, then the scripts around it, each folder by itself.
typecheck: $(VENV)/.ready-for-tests
	$(BIN)/mypy
	$(BIN)/python tests/house/typecheck.py

# A real Nominatim, set up, asked over loopback and removed again; wants root and Debian's PostgreSQL packages. It says why
# where a machine cannot run it, and fails there unless it is told otherwise: `make test-nominatim UNABLE=true`.
UNABLE ?= false
test-nominatim: $(VENV)/.ready-for-tests
	$(BIN)/python tests/geocoding/nominatim/run.py || { test $$? = 77 && $(UNABLE); }

# Recognizers that run on torch, in an environment of their own: torch takes a gigabyte or more.
test-transformers: $(VENV)/transformers/.ready
	$(VENV)/transformers/bin/python -c "import torch, transformers"
	$(VENV)/transformers/bin/python -m pytest tests/test_recognizer_adapters.py

# How the models are made: all stages of `make models` on a slice, in the same environment.
test-models: $(VENV)/models/.ready
	$(VENV)/models/bin/python -m pytest --long tests/test_models_recipe.py

# Build the wheel and the sdist, install the wheel into a fresh environment and run the main job from it.
wheel: $(VENV)/.ready-for-tests
	$(BIN)/python tests/check_wheel.py "$(ARTICLES)"

# Writes docs/benchmark.md. GOLD names a folder of the corpora that the models were trained on; default: the samples alone.
benchmark: $(VENV)/.ready-for-benchmark
	$(BIN)/python tests/benchmarks/run.py $(GOLD)

# Trains, measures and writes recognizer and ranker, in stages of less than an hour with checkpoints in out/models:
# `make models GOLD=folder NER=folder`. STAGES holds further options, such as `--list` or `--smoke`; see data/recipes/README.md.
STAGES ?=
models: $(VENV)/models/.ready
	$(VENV)/models/bin/python data/recipes/models.py $(GOLD) $(NER) $(STAGES)

# Bundles the modules of geomap/maps/page into the scripts of maps and of the widget, geomap/maps/{page,widget}.js; needs Node.js.
page: data/recipes/page/node_modules
	cd data/recipes/page && npm run --silent build

data/recipes/page/node_modules: data/recipes/page/package-lock.json
	cd data/recipes/page && npm ci --silent
	@touch $@

# The documentation site, in out/site; warnings are errors. Notebooks run again only where they or the code have changed.
docs: $(VENV)/.ready-for-docs
	$(BIN)/python docs/site/build.py $(DOCS)

# Pin anew what developers install: versions alone, for every supported Python.
constraints: $(VENV)/.ready-for-tests
	$(BIN)/python -m uv pip compile --quiet --universal --upgrade --no-header --no-annotate --python-version 3.11 \
	  $(foreach extra,$(subst $(comma), ,$(EXTRAS)),--extra $(extra)) --group test --group docs --group benchmark pyproject.toml --output-file tests/constraints.txt

# Lines of code, without docstrings, comments, blank lines and imports.
count: $(VENV)/.ready-for-tests
	$(BIN)/python tests/house/count_code.py

# With the model for other languages than English, which is a package of its own.
$(VENV)/.ready: pyproject.toml data/packages/geomap-multilingual/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade "pip>=25.1"
	$(PIP) --editable '.[html]' --editable data/packages/geomap-multilingual
	@touch $@

$(VENV)/.ready-for-notebooks: $(VENV)/.ready pyproject.toml tests/constraints.txt
	$(PIP) --editable '.[all]' --constraint tests/constraints.txt
	@touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready pyproject.toml tests/constraints.txt
	$(PIP) --editable '.[$(EXTRAS)]' --group test --constraint tests/constraints.txt
	@touch $@

$(VENV)/.ready-for-benchmark: $(VENV)/.ready-for-tests pyproject.toml
	$(PIP) --editable '.[$(EXTRAS)]' --group benchmark --constraint tests/constraints.txt
	@touch $@

$(VENV)/.ready-for-docs: $(VENV)/.ready-for-tests pyproject.toml
	$(PIP) --editable '.[$(EXTRAS)]' --group docs --constraint tests/constraints.txt
	@touch $@

$(VENV)/transformers/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)/transformers
	$(VENV)/transformers/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(VENV)/transformers/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[spacy,transformers]' \
	  hypothesis nbmake onnx pytest
	@touch $@

# The usual torch may bring drivers for graphics cards, gigabytes of them: TORCH_INDEX names an index that has one without.
TORCH_INDEX ?=
$(VENV)/models/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)/models
	$(VENV)/models/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(VENV)/models/bin/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) "torch>=2.5"
	$(VENV)/models/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group models \
	  hypothesis pytest pytest-timeout
	@touch $@

clean:
	rm -rf $(VENV) build dist out map.html data/recipes/page/node_modules tests/artifacts .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
