# One verb each, the same here and in CI. The first one that needs the environment builds it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CPUS   ?= 2

# Where torch comes from, if not from the default index. A build without CUDA, on Linux:
#   make study TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help study test test-all check format bench bench-forecast docs clean

help:
	@echo 'make study      the quick bone-age study: data curves, verdict, report, trained winner (about a minute)'
	@echo 'make test       the tests at smoke sizes'
	@echo 'make test-all   the same and the slow ones: the quick study of every system'
	@echo 'make check      format, lint, types, import contracts'
	@echo 'make format     puts the format right'
	@echo 'make bench      the benchmarks, as numbers'
	@echo 'make bench-forecast  how good the forecasts are, on the public curves they were not learnt on (under 10 minutes)'
	@echo 'make docs       the documentation, into site/'
	@echo 'make clean      away with the environment, the caches and the builds'

study: $(VENV)/installed
	$(BIN)/endwise study bone-age --quick

# Two test processes with one thread each: small trainings lose time to more.
test: $(VENV)/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(CPUS)

test-all: $(VENV)/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(CPUS) -m 'slow or not slow'

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/installed
	@for script in bench/front_door.py bench/forecast.py bench/bone_age.py bench/speech.py bench/gate_world.py bench/gate.py bench/driving_world.py bench/driving.py bench/reuse.py bench/plan.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# One core. The calibration curves, which only the part on neural families needs, are named by
#   make bench-forecast FORECAST='--calibration10 FILE --calibration11 FILE'
FORECAST ?=
bench-forecast: $(VENV)/installed
	OMP_NUM_THREADS=1 $(BIN)/python bench/forecast.py $(FORECAST)

docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:
	rm -rf .venv .venv-ci .cache .pytest_cache .ruff_cache .hypothesis build dist site
	find src tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# ---------------------------------------------------------------------------------------- the environment

# Torch first and alone, in the tested version: a build that is at hand, or TORCH_INDEX, is then what all else meets.
$(VENV)/torch: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'endwise needs Python 3.11 or newer; here is' "$$($(PYTHON) --version 2>&1)." 'Name another: make study PYTHON=python3.12'; exit 1; }
	@echo 'Making $(VENV) ...'
	@$(PYTHON) -m venv $(VENV) || { echo 'On Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@echo 'Installing torch (the largest part; a few minutes on a slow line) ...'
	@$(PIP) install "$$(grep '^torch==' constraints.txt)" $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	@touch $@

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/torch
	@echo 'Installing endwise ...'
	@$(PIP) install --editable . --constraint constraints.txt
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(VENV)/installed
	@echo 'Installing what tests and checks need ...'
	@$(PIP) install --editable '.[dev]' --constraint constraints.txt
	@touch $@

$(VENV)/installed-docs: pyproject.toml constraints.txt $(VENV)/installed
	@echo 'Installing what the documentation needs ...'
	@$(PIP) install --editable '.[docs]' --constraint constraints.txt
	@touch $@
