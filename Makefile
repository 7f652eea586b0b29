# The front door. `make run` sets up, builds and prints the table; `make test` sets up, builds and tests.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
OUT ?= runs/quickstart

.PHONY: run test test-all check bench setup build clean

setup:
	@scripts/setup

build: setup
	@test -f build/release/build.ninja || cmake --preset release
	@cmake --build build/release -j $(JOBS)

run: build
	@build/release/assay run protocols/quickstart.yaml --out $(OUT) --overwrite

# Release tests of everything, then the core again under AddressSanitizer and UBSan.
test: build
	@test -f build/asan/build.ninja || cmake --preset asan
	@cmake --build build/asan -j $(JOBS)
	@ctest --preset release -j $(JOBS)
	@ctest --preset asan -j $(JOBS)

# What is slow: ThreadSanitizer and long fuzzing.
test-all: test
	@test -f build/tsan/build.ninja || cmake --preset tsan
	@cmake --build build/tsan -j $(JOBS)
	@ctest --preset tsan -j $(JOBS)
	@ASSAY_FUZZ_SECONDS=60 ctest --preset asan -R fuzz

check: build
	@scripts/setup --with check
	@scripts/check

bench: build
	@scripts/bench

clean:
	rm -rf build
