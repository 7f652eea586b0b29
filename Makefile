# The front door. `make run` sets up, builds and prints the table; `make test` sets up, builds and tests.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
# Many tests wait for a process or a meter.
TESTS = $(shell expr $(JOBS) + 1)
OUT ?= runs/quickstart

.PHONY: run test test-all check bench setup build clean plugin-tensorrt

setup:
	@scripts/setup

# The programs and plugins; tests are built by what runs them.
build: setup
	@test -f build/release/build.ninja || cmake --preset release
	@cmake --build build/release -j $(JOBS) --target programs

run: build
	@build/release/assay run protocols/quickstart.yaml --out $(OUT) --overwrite

# Release tests of everything, then the core again under AddressSanitizer and UBSan.
test: build
	@scripts/setup --with test
	@cmake --build build/release -j $(JOBS)
	@test -f build/asan/build.ninja || cmake --preset asan
	@cmake --build build/asan -j $(JOBS)
	@ctest --preset release -j $(TESTS)
	@ctest --preset asan -j $(TESTS)

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
	@scripts/setup --with test
	@scripts/bench

# The TensorRT plugin alone, built on the board that will run it: a C++17 compiler (g++ 9 or newer), the headers of TensorRT
# and CUDA that the board has, and nothing else. On a Jetson both are where these two point.
TENSORRT_INCLUDE ?= /usr/include/$(shell uname -m)-linux-gnu
CUDA_INCLUDE ?= /usr/local/cuda/include
# A build of assay looks for plugins beside its program: there it takes the place of the one that CMake made, if any.
PLUGIN_DIR ?= $(if $(wildcard build/release/plugins/.),build/release/plugins,build/plugins)
plugin-tensorrt:
	@mkdir -p $(PLUGIN_DIR)
	$(CXX) -std=c++17 -O2 -Wall -Wextra -fPIC -shared -fvisibility=hidden \
	  -DASSAY_VERSION='"$(shell awk '/^project/ {print $$3}' CMakeLists.txt)"' \
	  -Iinclude -Iplugins $(addprefix -isystem ,$(TENSORRT_INCLUDE) $(CUDA_INCLUDE)) \
	  plugins/support/vendor_plugin.cc plugins/tensorrt/*.cc -ldl -o $(PLUGIN_DIR)/libassay_tensorrt.so.part
	@mv $(PLUGIN_DIR)/libassay_tensorrt.so.part $(PLUGIN_DIR)/libassay_tensorrt.so
	@echo "plugin: $(abspath $(PLUGIN_DIR))/libassay_tensorrt.so. assay looks in plugins/ beside its program; ASSAY_PLUGIN_PATH names other folders"

clean:
	rm -rf build
