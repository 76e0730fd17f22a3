# spread: build, try, test, install. `make help` lists the targets.
#
# For another PHP than the first one on the PATH name both of its programs:
#     make PHP=php8.4 PHP_CONFIG=php-config8.4 build

PHP ?= php
PHP_CONFIG ?= php-config
CARGO ?= cargo
# What `make test` runs: php-tests is all; anything else leaves the core's tests out.
TESTS ?= php-tests
# How many of them at a time.
JOBS ?= 1
# For packagers: `make install` lays its files below it.
DESTDIR ?=

# The build script of the binding wants paths, and builds all again when the variables change: by
# default they are unset, as they are for a plain `cargo build`.
PHP_BUILD := $(if $(filter-out php,$(PHP))$(filter-out php-config,$(PHP_CONFIG)),env \
	PHP="$$(command -v $(PHP))" PHP_CONFIG="$$(command -v $(PHP_CONFIG))",env -u PHP -u PHP_CONFIG)
# Without PHP: a directory of its own, or the two builds would undo each other's work.
CORE := --no-default-features --target-dir target/core
TARGET := $(or $(CARGO_TARGET_DIR),target)
SUFFIX := $(if $(filter Darwin,$(shell uname)),dylib,so)
SCRIPT := PHP="$(PHP)" PHP_CONFIG="$(PHP_CONFIG)" CARGO="$(CARGO)" scripts

.PHONY: build help setup sandbox demo test install uninstall lint clean

build: ## build modules/spread.so
	$(PHP_BUILD) $(CARGO) build --release --lib
	@mkdir -p modules
	@# Beside and renamed: a PHP that runs the old file keeps it.
	@cp $(TARGET)/release/libspread.$(SUFFIX) modules/spread.so.new
	@mv modules/spread.so.new modules/spread.so

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 12

setup: ## install what building needs (apt, as root), or say what to install
	@$(SCRIPT)/setup

sandbox: ## build the local stand-in for the API
	$(CARGO) build --release $(CORE) --example sandbox

demo: setup ## send the documented order to the sandbox
	@$(MAKE) --no-print-directory build sandbox
	@$(SCRIPT)/demo

test: ## run every test; TESTS=php-tests/encode runs a part, JOBS=2 two at a time
	@$(SCRIPT)/setup test
	@$(MAKE) --no-print-directory build
	@TESTS="$(TESTS)" JOBS="$(JOBS)" $(SCRIPT)/test

install: ## put modules/spread.so where PHP looks, and enable it for every SAPI
	@DESTDIR="$(DESTDIR)" $(SCRIPT)/install

uninstall: ## undo install
	@DESTDIR="$(DESTDIR)" $(SCRIPT)/install --remove

lint: ## check formatting and lints
	$(CARGO) fmt --all --check
	$(PHP_BUILD) $(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets $(CORE) -- -D warnings

clean: ## remove what was built
	rm -rf target modules
