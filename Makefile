# What each target does in more than a line stands in scripts/, one script a target.
SHELL := /bin/bash
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: build run test nightly bench lint format clean install help

build: ## install what system packages are missing; release binaries into .build/release
	@scripts/build

run: ## build, start the service, compute a real point cloud through it; stays up until Ctrl-C
	@scripts/run

test: ## install what is missing, build, run every test, say what was skipped and why
	@scripts/test

nightly: ## kill the programs at random moments for long; CRASHES=2000 says how often
	@CRASHES=$(or $(CRASHES),2000) .venv/bin/python -m pytest Tests/IntegrationTests/test_crashes.py

bench: ## the benchmarks beside their peers; tables go to bench/results
	@BENCH_OPTIONS='$(BENCH_OPTIONS)' scripts/bench

lint: ## the Swift, Python and shell linters, in their strict modes
	@scripts/lint

format: ## rewrite the Swift and Python sources in the house style
	@scripts/format

clean: ## remove what was built (.build) and the Python environment (.venv)
	rm -rf .build .venv

install: ## build, then copy programs and systemd units under PREFIX (/usr/local); DESTDIR is honoured
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile
