# The commands of this project. Each sets up what it needs first (ops/setup.sh; quick when nothing is missing).
.PHONY: help setup run test check words demo bench setup-test
.NOTPARALLEL: # first the setup, then what needs it
.DEFAULT_GOAL := help
python := .venv/bin/python
compiled := $(patsubst %.po,%.mo,$(wildcard web/translations/*/LC_MESSAGES/*.po))

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

setup: ## install what `make run` needs
	@ops/setup.sh run

setup-test:
	@ops/setup.sh test

run: setup $(compiled) ## start the app on this machine; Ctrl-C stops it
	@exec setpriv --pdeathsig TERM $(python) -m ops.run

test: setup-test $(compiled) ## run the tests
	@$(python) -m pytest -n 2 --dist loadgroup

%.mo: %.po # the languages of the pages
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@

check: setup-test ## format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

words: setup ## take up what the pages say now into web/translations, to be translated there
	@$(python) -m ops.words

demo: setup ## fill the app that is running now with clips and accounts
	@$(python) -m ops.demo

bench: setup-test $(compiled) ## measure; one line a figure: name, value, limit
	@$(python) -m benchmarks
