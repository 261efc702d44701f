# Everything runs in the builder root (image/builder), which is made at the first call; the host
# needs root, apt, git and make. Results of compilers and downloads are cached in ~/.cache/gatehouse.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BOARD ?= x86_64-uefi
HEADLESS ?=
SETUP ?=

IN := image/builder/enter --
IMAGES := build/images
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
IMAGE := $(IMAGES)/gatehouse-$(VERSION)-$(BOARD).img

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | column -ts $$'\t'

.PHONY: run
run: disk-image ## build the image, boot it in QEMU with an internet, PCs and a trunk around it
	qemu/boot $(IMAGE) $(if $(HEADLESS),--headless) $(if $(SETUP),--setup $(SETUP))

.PHONY: test
test: lint unit vm ## all tests of CI

# The packages of the web apps, exactly as the lock file says.
webui/node_modules: webui/package-lock.json
	$(IN) npm --prefix webui ci --silent
	touch $@

.PHONY: lint
lint: webui/node_modules ## format, clippy, shellcheck, types, texts and rules of the web apps
	$(IN) cargo fmt --all --check
	$(IN) cargo clippy --workspace --all-targets --all-features -- -D warnings
	$(IN) tests/lint
	$(IN) npm --prefix webui run --silent lint

.PHONY: unit
unit: webui/node_modules ## unit and property tests, and real packets in throw-away namespaces
	$(IN) cargo test --workspace --no-run
	$(IN) cargo test --quiet --workspace
	$(IN) npm --prefix webui test --silent
	$(IN) python3 -B -m pytest -q -p no:cacheprovider tests/second-reader image/builder

.PHONY: vm
vm: disk-image webui/node_modules ## the story of the box and of its pages, against the booted image
	$(IN) tests/vm/kernel-vlan
	$(IN) tests/browser/python -m pytest -q -p no:cacheprovider --durations=15 -m "not slow" tests/vm

.PHONY: test-long
test-long: disk-image ## what takes too long for CI; writes docs/results/test-long.md
	$(IN) tests/long $(BOARD)

.PHONY: bench
bench: webui/node_modules ## ratios against peers, times and memory; writes docs/results/{rule-load,packets,store,crm,copies}.md
	$(IN) tests/bench

.PHONY: image
image: ## the image of BOARD with bill of materials and checksums, in build/images
	$(IN) image/build --board $(BOARD) --out $(IMAGES)

# The same without the compressed copy, for what boots it here.
.PHONY: disk-image
disk-image:
	$(IN) image/build --board $(BOARD) --out $(IMAGES) --no-compress

.PHONY: dev
dev: webui/node_modules ## the real hostd in a namespace with one plain bridge per zone, both applications, Vite
	$(IN) bash -c "cargo build --quiet -p hostd -p appd && cd \"\$$CARGO_TARGET_DIR/debug\" && \
	    exec $(CURDIR)/agent/hostd/dev/world ./gatehouse-hostd $(CURDIR)/webui/dev/applications ./gatehouse-hostd ./gatehouse-appd"
