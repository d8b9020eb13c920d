# Everything here needs a machine with make and Python 3.11, 3.12 or 3.13, and nothing else installed.
#   make run     start everything at http://127.0.0.1:8000 (the sample shop, where there is no config.toml)
#   make test    every check and every test
#   make bench   the benchmarks, each figure beside its limit
#   make train   learn the detector's weights anew, from the labelled sets beside the project
#   make lock    resolve the versions anew after a change in pyproject.toml; UPGRADE=1 takes the newest

.DELETE_ON_ERROR:
.PHONY: run test check bench train lock clean

FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do $$python $(FITS) && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv --quiet
BENCHMARKS = $(basename $(notdir $(shell grep -l '__name__ == "__main__"' benchmarks/*.py))) detection
LOCK := $(UV) pip compile --python $(VENV) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url $(if $(UPGRADE),--upgrade) --group build

run: $(VENV)/.running
	$(BIN)/makegood run

test: check

# Five at a time, each file in one process: most of a test's time is waiting, and a file may share a server.
check: $(VENV)/.developing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 5 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.developing
	@missed=0; for module in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$module || missed=1; done; exit $$missed

# One thread, so that sums are made in one order and the same texts give the same weights.
train: $(VENV)/.developing
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.training

lock: $(VENV)/.uv
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --group dev --constraints requirements.txt pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache makegood.egg-info build

# The installer is itself in the lock: the one package that pip fetches, by its hash.
$(VENV)/.uv: requirements.txt
	@$(or $(PYTHON),false) $(FITS) || { echo "Makegood needs Python 3.11, 3.12 or 3.13. Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make an environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt
	@echo "Installing what the lock file names into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt
	@touch $@

# Compiled once, in 4 s, whatever the environment says about writing bytecode: not at every start, in 1.
$(VENV)/.running: requirements.txt pyproject.toml | $(VENV)/.uv
	@$(UV) pip install --python $(VENV) --compile-bytecode --require-hashes -r requirements.txt
	@$(UV) pip install --python $(VENV) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developing: requirements-dev.txt pyproject.toml | $(VENV)/.uv
	@$(UV) pip sync --python $(VENV) --compile-bytecode --require-hashes requirements-dev.txt
	@$(UV) pip install --python $(VENV) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.running $@
