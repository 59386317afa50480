# make demo: the whole line, offline, with the embedded model. make test: everything that must hold.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint types imports unit deps model goldens clean help

help:  ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(STAMP)  ## play the shipped calls through the real pipeline, offline
	$(BIN)/linewatch demo

test: deps $(STAMP) lint types imports unit  ## ruff, mypy, import contracts, pytest

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy --strict monitor

imports: $(STAMP)
	$(BIN)/lint-imports --no-cache

unit: $(STAMP)
	$(BIN)/python -m pytest -q

deps:  ## system packages (Debian 12); says first what it installs
	@sh tools/deps.sh test

$(STAMP): pyproject.toml
	@sh tools/deps.sh venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

model: $(STAMP)  ## train models/demo-zh again (hours on two cores)
	@sh tools/deps.sh model
	$(BIN)/python -m pip install --quiet --editable '.[dev,recipe]'
	$(BIN)/python -m pip install --quiet --no-deps openai-whisper  # its vocabulary file is all that is used
	$(BIN)/python -m models.recipes.demo_zh all

goldens: $(STAMP)  ## write the golden projections of the demo calls again, to be reviewed like code
	$(BIN)/python -m tests.goldens

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
