# `make` lists the targets. Variables, on the command line or in the environment:
#
#   ARGS          arguments of the server:    make run ARGS="--listen 127.0.0.1:9000 --data ../data"
#   TESTFLAGS     arguments of `swift test`:  make test TESTFLAGS="--filter NamingTests"
#   SWIFTFLAGS    arguments of every build:   make build SWIFTFLAGS="--jobs 2"
#   FUZZ_SECONDS  time for each fuzz target:  make fuzz FUZZ_SECONDS=3600
#   BENCHFLAGS    arguments of Bench/gateway: make bench BENCHFLAGS="--rounds 9"
#   SOAK_SECONDS  duration of the load:       make soak SOAK_SECONDS=3600
#   SAMPLESFLAGS  arguments of the samples:   make samples SAMPLESFLAGS=--old

ARGS ?=
TESTFLAGS ?=
SWIFTFLAGS ?=
FUZZ_SECONDS ?= 60
BENCHFLAGS ?=
SOAK_SECONDS ?= 900
SAMPLESFLAGS ?=

# The installation folder of Docker Cloud's own Python clients, for the tests that use them.
export OLD_CLIENTS ?= $(CURDIR)/.build/old-clients

# The installation folder of the Python client of clients/python, for its tests and for the samples.
export PYTHON_CLIENT ?= $(CURDIR)/.build/python-client

# Progress is shown only on a terminal; otherwise only errors and warnings are printed.
quiet := $(shell [ -t 2 ] || echo --quiet)
build := swift build $(quiet) --explicit-target-dependency-import-check error $(SWIFTFLAGS)
sources := Sources Tests Fuzz Bench Package.swift

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help run build dist package image test check lint format fuzz bench soak demo samples clean toolchain

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## builds the server and starts it on 127.0.0.1:8080, with its data in ./lighterman-data (ARGS)
	@exec .build/release/lighterman serve $(ARGS)

# The commit that `--version` prints. Builds of the same commit are equal. Without git, set both; other targets build without them.
build dist: export LIGHTERMAN_COMMIT ?= $(shell git describe --always --dirty --abbrev=8 --exclude '*' 2> /dev/null)
build dist: export LIGHTERMAN_COMMIT_DATE ?= $(shell TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y-%m-%d 2> /dev/null)
build: toolchain ## builds the release binaries, lighterman, docker-cloud and lighterman-agent, into .build/release
	@Scripts/packages build
	$(build) --configuration release --product lighterman
	$(build) --configuration release --product docker-cloud
	$(build) --configuration release --product lighterman-agent

dist: toolchain ## builds the programs for packages, with Swift's runtime and without symbols, into .build/dist/bin
	@Scripts/packages build
	@SWIFT_BUILD="$(build)" Scripts/release

package: dist ## builds Debian packages and tarballs into .build/dist/packages
	@Scripts/packages package
	@rm -rf .build/dist/packages
	@packaging/package .build/dist/bin .build/dist/packages

image: dist ## builds container images of the server and the agent into .build/dist/images; needs root
	@Scripts/packages image
	@rm -rf .build/dist/images
	@packaging/image .build/dist/bin .build/dist/images

test: toolchain ## installs what the tests need, and runs all of them (TESTFLAGS)
	@Scripts/packages test
	@Tests/OldClients/install "$(OLD_CLIENTS)" || Scripts/skipping "the tests with Docker Cloud's own Python clients"
	@command -v dockerd > /dev/null || Scripts/docker-engine .build/docker-engine > /dev/null || Scripts/skipping "the tests with Docker Engine"
	$(build)
	$(build) --build-tests
	@Scripts/test-clients .build/debug/lighterman
	@[ -x .build/dist/bin/lighterman ] && Scripts/test-packages .build/dist/bin \
		|| { [ ! -x .build/dist/bin/lighterman ] && Scripts/skipping "the tests of the packages, which need 'make dist'"; }
	@Scripts/test-image "$$(packaging/tested-build .build/debug)"
	PATH="$$PATH:$(CURDIR)/.build/docker-engine/bin" SWIFTFLAGS="$(SWIFTFLAGS)" Scripts/run-tests $(TESTFLAGS)

check: lint ## the inner loop: format, lint, build with warnings as errors, fast tests (TESTFLAGS)
	@Scripts/packages build
	$(build) --build-tests
	FAST=1 SWIFTFLAGS="$(SWIFTFLAGS)" Scripts/run-tests $(TESTFLAGS)

lint: toolchain ## checks format and lint rules without changing files
	swift format lint --strict --recursive $(sources)

format: toolchain ## formats the sources in place
	swift format --in-place --recursive $(sources)

fuzz: toolchain ## runs the parsers and the registry client on generated input (FUZZ_SECONDS for each target)
	@Scripts/packages build
	@SWIFT_BUILD="$(build)" Scripts/fuzz $(FUZZ_SECONDS)

bench: build ## measures the API under background verification, with many keys, much data and many agents, and the gateway against other proxies (BENCHFLAGS)
	@Scripts/packages bench
	$(build) --configuration release --product bench-peers
	@Bench/rechecks .build/release
	@Bench/keys .build/release
	@Bench/growth .build/release
	@Bench/services .build/release
	@Bench/gateway .build/release $(BENCHFLAGS)

soak: build ## runs the server with misbehaving clients and registries, and checks its memory and descriptors (SOAK_SECONDS)
	@Bench/soak .build/release --seconds $(SOAK_SECONDS)

demo: build ## shows the main use case from start to end, against a registry that it starts
	@Scripts/packages demo
	@Demo/demo .build/release

samples: build ## runs the nineteen samples of Docker Cloud's documentation against a registry that it starts (SAMPLESFLAGS)
	@Scripts/packages samples
	@docs/samples/samples .build/release $(SAMPLESFLAGS)

clean: ## removes build products; the server's data and the fetched dependencies stay
	swift package clean
	rm -rf "$(OLD_CLIENTS)" "$(PYTHON_CLIENT)" .build/fuzz

toolchain:
	@Scripts/toolchain
