# `make demo` shows what the program does; `make test` runs everything that must hold.
# Needed: Rust, Python 3.11 or later and, for the other example, Node 20.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.PHONY: demo demo-express test test-clients test-packages

PYTHON ?= python3
# Where cargo builds; the demos work on copies below it.
TARGET := $(or $(CARGO_TARGET_DIR),target)
DEMO := $(abspath $(TARGET))/demo
PROGRAM := $(abspath $(TARGET))/release/backend-engineer

# A copy of an example in a repository of its own. The copy is thrown away by the next demo.
define copy
rm -rf "$(DEMO)/$(1)"
mkdir -p "$(DEMO)"
cp -R "examples/$(1)" "$(DEMO)/$(1)"
cd "$(DEMO)/$(1)"
git init --quiet
git add .
git -c user.name=Demo -c user.email=demo@example.org -c commit.gpgsign=false commit --quiet --message "Start"
endef

demo: $(PROGRAM)
	@$(call copy,fastapi-bookshop)
	echo "Setting up the example's packages"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	echo "Implementing phase 1 of docs/plans/discount-codes.md in $(DEMO)/fastapi-bookshop"
	"$(PROGRAM)" implement docs/plans/discount-codes.md --phase 1
	echo "Running the example's own tests"
	.venv/bin/pytest

demo-express: $(PROGRAM)
	@$(call copy,express-bookings)
	echo "Setting up the example's packages"
	npm ci --silent --no-audit --no-fund
	echo "Implementing task 1 of docs/plans/opening-hours.md in $(DEMO)/express-bookings"
	"$(PROGRAM)" implement docs/plans/opening-hours.md --phase "Task 1"
	echo "Running the example's own tests"
	npm test

.PHONY: $(PROGRAM)
$(PROGRAM):
	cargo build --release --locked --package backend-engineer

test:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	if cargo nextest --version >/dev/null 2>&1; then
		cargo nextest run --workspace --locked
	else
		cargo test --workspace --locked --lib --bins --tests --examples
	fi
	cargo test --workspace --locked --doc
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# The official clients of the Model Context Protocol, from their registries, work with the server.
CLIENTS := $(abspath $(TARGET))/clients

test-clients:
	cargo build --locked --package backend-engineer
	mkdir -p "$(CLIENTS)/typescript"
	test -x "$(CLIENTS)/python/bin/python" || $(PYTHON) -m venv "$(CLIENTS)/python"
	"$(CLIENTS)/python/bin/pip" install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt
	cp tests/clients/package.json tests/clients/package-lock.json tests/clients/typescript_client.mjs "$(CLIENTS)/typescript/"
	(cd "$(CLIENTS)/typescript" && npm ci --silent --no-audit --no-fund)
	"$(CLIENTS)/python/bin/python" tests/clients/python_client.py "$(abspath $(TARGET))/debug/backend-engineer" "$(CLIENTS)/work"
	node "$(CLIENTS)/typescript/typescript_client.mjs" "$(abspath $(TARGET))/debug/backend-engineer" "$(CLIENTS)/work"

# The wheel and the npm packages are built from the debug program and installed where nothing else is; PROFILE=release
# takes the other. Needs the registry of Python for maturin.
test-packages:
	cargo build --locked --package backend-engineer
	bash packaging/test.sh "$(abspath $(TARGET))"
