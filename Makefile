# The front door. Everything here needs cargo and nothing else, but for tests and the benchmark, which start PostgreSQL.

CARGO ?= cargo
# How many people the large measurements of `make bench` take.
PEOPLE ?= 1000000
# What `make run` hands to `cardfile serve`.
ARGS ?=

DIALECTS := $(notdir $(wildcard dialects/*))

.DEFAULT_GOAL := help
.PHONY: help demo run test golden check bench postgres

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## serve a throw-away directory with sample people, and print lines to paste
	$(CARGO) run --release -p cardfile -- demo

run: ## serve ./cardfile-data; ARGS='--listen 0.0.0.0:8080' adds flags
	$(CARGO) run --release -p cardfile -- serve $(ARGS)

test: postgres ## run every test, those in the documentation too
	$(CARGO) test --workspace
	@echo 'make test: every test passed'

golden: postgres ## run the conformance transcripts of every dialect
	$(CARGO) test $(DIALECTS:%=-p cardfile-%) --test it transcript

check: ## look at form, lints, documentation, licences and arrows between crates
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps
	$(CARGO) test -p cardfile-housekeeping
	@if command -v cargo-deny >/dev/null; then $(CARGO) deny --offline check licenses bans sources; \
	else echo 'make check: cargo-deny is not installed; the tests above looked at licences and bans'; fi

bench: postgres ## measure Cardfile beside its floors; PEOPLE=200000 for less
	$(CARGO) build --release -p cardfile -p cardfile-bench
	PEOPLE=$(PEOPLE) target/release/cardfile-bench

postgres: ## install PostgreSQL and pgbouncer, which tests start, if they are missing
	@have() { [ -n "$$CARDFILE_PG_BIN" ] || command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1; \
	pooled() { command -v pgbouncer || [ -x /usr/sbin/pgbouncer ]; } >/dev/null 2>&1; \
	if have && pooled; then exit 0; fi; \
	root=; [ "$$(id -u)" = 0 ] || root=sudo; \
	if command -v apt-get >/dev/null && { [ -z "$$root" ] || command -v sudo >/dev/null; }; then \
	  $$root apt-get update -qq && \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql pgbouncer; \
	else \
	  echo 'install PostgreSQL 15 or newer and pgbouncer (on Debian: apt-get install postgresql pgbouncer),'; \
	  echo 'or set CARDFILE_PG_BIN to the bin directory of PostgreSQL and put pgbouncer into PATH'; exit 1; \
	fi
