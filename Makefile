# Every target sets up what it needs: Python 3.11 or 3.12 and a C++ compiler are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready

.PHONY: setup demo test test-portable test-formats docs stale results mutants lab clean-notebooks export
.DEFAULT_GOAL := setup

$(INSTALLED): settings.ini setup.py pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13) and 'zero_guidance needs Python 3.11 or 3.12: make PYTHON=python3.11')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(READY): $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	-@git config core.hooksPath .ci/hooks 2>/dev/null  # notebooks are cleaned on their way into a commit
	@touch $@

setup: $(READY)  ## a virtual environment with the package, the notebooks' tools and the git hook

demo: $(INSTALLED)  ## a real photo in, figures/demo.png and a table of named segments out
	$(BIN)/zero_guidance segment zero_guidance/assets/demo.jpg --out out
	cp out/demo/overlay.png figures/demo.png

test: $(READY)  ## run every notebook's fast cells and compare what comes out with what is saved
	$(BIN)/zero_guidance fetch lite
	$(BIN)/python .ci/cells.py

test-portable: $(READY)  ## the same cells as older processors and other thread counts compute them; four times as long
	$(BIN)/zero_guidance fetch lite
	ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 MKL_ENABLE_INSTRUCTIONS=SSE4_2 $(BIN)/python .ci/cells.py --run-only
	ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 $(BIN)/python .ci/cells.py --run-only
	OMP_NUM_THREADS=1 $(BIN)/python .ci/cells.py --run-only
	OMP_NUM_THREADS=2 $(BIN)/python .ci/cells.py --run-only

test-formats: $(READY)  ## every export, read by the libraries that own the formats, in an environment of their own
	test -x .formats/bin/python || $(PYTHON) -m venv .formats
	.formats/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement .ci/formats.txt
	rm -rf .formats/files && mkdir -p .formats/files
	$(BIN)/python .ci/formats.py write .formats/files
	QT_QPA_PLATFORM=offscreen .formats/bin/python .ci/formats.py read .formats/files
	$(BIN)/python -W ignore .ci/formats.py read .formats/files

docs: $(INSTALLED)  ## the documentation site in _docs/, which opens without a server or a network
	test -x .docs/bin/python || $(PYTHON) -m venv .docs
	.docs/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement docs/requirements.txt
	$(BIN)/python docs/command_pages.py .docs/commands.md
	NO_MKDOCS_2_WARNING=1 .docs/bin/mkdocs build -f docs/mkdocs.yml
	.docs/bin/python docs/check_site.py _docs
	.docs/bin/python docs/test_site.py

stale: $(READY)  ## results made with another tower, other constants, cells or photos than those here
	@$(BIN)/python .ci/stale.py

results: $(READY)  ## make stale results again inside their notebooks; NB="14 14a" for some
	$(BIN)/zero_guidance fetch lite
	$(BIN)/python .ci/results.py $(NB)

mutants: $(READY)  ## sample small mistakes in the methods' notebooks: do the fast cells notice?
	$(BIN)/python .ci/mutants.py

lab: $(READY)  ## open the notebooks
	$(BIN)/jupyter lab nbs

clean-notebooks: $(READY)  ## strip what does not belong in a commit
	$(BIN)/nbdev_clean

export: $(READY)  ## notebooks -> modules and README.md
	$(BIN)/python .ci/export.py
