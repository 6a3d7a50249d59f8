# Everything runs in its own .venv; the pinned CPU torch goes in first (constraints.txt says why).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
IDENTITIES ?= 40
MINUTES ?= 5
SEED ?= 0
MUTANTS ?= 60
KILLS ?= 50
JOBS ?= 2
ONLY ?= decision,metrics,patches,cue,protocols,datasets
STAMP := $(VENV)/.spoofcue-installed
# the service needs no torch: without a .venv of the whole it gets a small one of its own
SERVE_VENV := $(if $(wildcard $(STAMP)),$(VENV),$(VENV)-serve)
SERVE_STAMP := $(SERVE_VENV)/.spoofcue-installed

.PHONY: demo serve test docs docs-test mutants kills lint format clean

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV): PyTorch first, which is large"
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install --quiet -r constraints.txt
	@echo "setting up $(VENV): the other packages"
	$(BIN)/pip install --quiet -e ".[dev]"
	touch $@

ifneq ($(SERVE_STAMP),$(STAMP))
$(SERVE_STAMP): pyproject.toml
	test -x $(SERVE_VENV)/bin/python || $(PYTHON) -m venv $(SERVE_VENV)
	$(SERVE_VENV)/bin/python -m pip install --quiet -e ".[serve]"
	touch $@
endif

# The service and its page at http://127.0.0.1:8000, until Ctrl-C.
serve: $(SERVE_STAMP)
	$(SERVE_VENV)/bin/spoofcue serve

# MINUTES=N trains for so long, on whatever processor; a second run goes on.
# PHOTOS=dir attacks and trains on your own bona fide photos instead of rendered people;
# a folder that already holds live/ and attack/ is taken as it is.
demo: $(STAMP)
	SPOOFCUE=$(BIN)/spoofcue PYTHON=$(BIN)/python DEMO="$(DEMO)" PHOTOS="$(PHOTOS)" \
	IDENTITIES=$(IDENTITIES) MINUTES=$(MINUTES) sh examples/demo.sh

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder --durations=15

# The site, in build/site: warnings are errors, and so is a link that leads nowhere.
docs: $(STAMP)
	$(BIN)/python -m sphinx -q -E -W --keep-going -b html docs build/site
	$(BIN)/python .ci/site_check.py build/site

# Every command and code block of README and docs, page by page (docs/howto/testing.md).
docs-test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m docs tests/docs

# How much the tests notice: MUTANTS changes a package, drawn by SEED (benchmarks/mutation.py).
mutants: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/mutation.py --seed $(SEED) --mutants $(MUTANTS) \
	--jobs $(JOBS) --only $(ONLY) --json build/mutants-$(SEED).json

# Commands that SIGKILL ends and that go on: KILLS a command, at moments drawn by SEED (benchmarks/kills.py).
kills: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/kills.py --seed $(SEED) --kills $(KILLS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(VENV)-serve $(DEMO) build/mutation build/site build/executed .pytest_cache .mypy_cache .ruff_cache
