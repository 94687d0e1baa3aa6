# Everything a newcomer, a developer or CI does. Needs only Python 3.11+, make and git.
PYTHON ?= python3
UV     := .uv/bin/uv
RUN    := .venv/bin/
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup demo test check format bench proof clean

help:            ## Show this list
	@sed -nE 's/^([a-z]+): .*## (.*)/  make \1\t\2/p; s/^([a-z]+): +## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: .venv/.ready  ## Install everything into .venv, exactly as uv.lock says

$(UV):
	@echo "• fetching uv"
	@$(PYTHON) -m venv .uv && .uv/bin/pip install --quiet 'uv>=0.8,<1'

.venv/.ready: uv.lock pyproject.toml | $(UV)
	@echo "• installing what uv.lock names"
	@$(UV) sync --quiet --frozen --all-extras --python $(PYTHON)
	@touch $@

demo: setup      ## A creative platform's mesh, from manifests to a watched Airflow (ONCE=1: until all have published)
	$(RUN)python examples/artgo/tour.py
	$(RUN)mesh up examples/artgo $(if $(ONCE),--once)

test: setup      ## Every test that a change must pass
	$(RUN)pytest -n 2 --dist loadgroup $(ARGS)

check: setup     ## Format, lint, layers, types
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)lint-imports
	$(RUN)mypy

format: setup    ## Format and mend what can be mended
	$(RUN)ruff format .
	$(RUN)ruff check --fix .

bench: setup     ## Measure against peers and floors (ONLY=name for one)
	$(RUN)python -m bench $(ONLY)

proof: setup     ## The long campaigns: kills, storms, fuzzing, large data (ARGS="-k storm" for some)
	$(RUN)pytest -n 2 --dist loadgroup -m proof -o addopts= --import-mode=importlib $(ARGS) tests

clean:           ## Remove what was made here
	rm -rf .venv .uv examples/*/.mesh .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
