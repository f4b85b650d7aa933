# The only entry point for people and machines. `make` prints what there is.
# Every target can be repeated; what is already there is not made again.

FUZZTIME ?= 10m
RANDOM_RUNS ?= 100000
BENCH ?= .
STAGE ?= dev
export STAGE

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

# Foreign programs that live in the tree come first, so that the pinned ones are run.
export PATH := $(CURDIR)/infra/.venv/bin:$(CURDIR)/infra/node_modules/.bin:$(PATH)
# Only the SQL door needs cgo. Everything else is built and tested without, so that a build and the tests share their work.
export CGO_ENABLED := 0
SQL := ./functions/cssa/sql
# Old Node releases make the CDK print a page of warning on every run.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20,22

ROOMS := events functions shared infra
TOOL := go tool -modfile=infra/tools.mod
LINT := $(TOOL) golangci-lint
# dirs PATTERN: the folders of the tests that contain a line like PATTERN, as ./a/b
dirs = { grep -rlE --include='*_test.go' --exclude-dir=node_modules --exclude-dir=.venv $(1) $(ROOMS) || true; } | xargs -r -n1 dirname | sort -u | sed 's,^,./,'

.PHONY: help
help: ## print this list
	@echo "cssa: a sector's cyber security self-assessment, from checklist to feedback. Targets:"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## build, then run a whole round of an invented sector on this machine (about a minute)
	@build/cssa demo

.PHONY: build
build: need-go need-c++ ## build/cssa, build/cssa-sql (the SQL door, the only part with cgo), build/check.wasm (the rules for a browser)
	@echo "building build/cssa, build/cssa-sql and build/check.wasm"
	@go build -o build/cssa ./functions/cssa
	@CGO_ENABLED=1 go build -o build/cssa-sql $(SQL)
	@GOOS=js GOARCH=wasm go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" -o build/check.wasm ./functions/cssa/wasm
	@cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" build/

# The functions as they are deployed. Nothing of a build says where or when it was made: no paths, no version control, no
# build id; lambda.norpc leaves the old runtime's half of the Lambda library out.
FUNCTIONS := invite intake aggregate release feedback dispatch
# What each may measure, MB. A library that looks up methods by name makes the linker keep every operation of every AWS client.
AT_MOST := invite:12 intake:15 aggregate:22 release:22 feedback:40 dispatch:25
LAMBDA := GOOS=linux go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags "-s -w -buildid="

.PHONY: lambda
lambda: need-go ## build/lambda/<function>/bootstrap for arm64, build/lambda-host the same for this machine; prints their sizes
	@printf '%-10s %8s\n' function MB
	@for fn in $(FUNCTIONS); do \
		GOARCH=arm64 $(LAMBDA) -o build/lambda/$$fn/bootstrap ./functions/$$fn/lambda; \
		GOARCH=$$(go env GOHOSTARCH) $(LAMBDA) -o build/lambda-host/$$fn/bootstrap ./functions/$$fn/lambda; \
		printf '%-10s %8.1f\n' $$fn $$(stat -c %s build/lambda/$$fn/bootstrap | awk '{ print $$1 / 1e6 }'); \
	done

.PHONY: lambda-same
lambda-same: lambda ## show that the functions built in another folder are the same, byte for byte
	@elsewhere=$$(mktemp -d); trap 'rm -rf "$$elsewhere"' EXIT; \
	cp -r go.mod go.sum events functions shared "$$elsewhere"; \
	for fn in $(FUNCTIONS); do \
		(cd "$$elsewhere" && GOARCH=arm64 $(LAMBDA) -o out/$$fn ./functions/$$fn/lambda); \
		cmp "$$elsewhere/out/$$fn" build/lambda/$$fn/bootstrap; \
	done; \
	echo "the same from $(CURDIR) and from $$elsewhere"

.PHONY: lambda-size
lambda-size: lambda ## show that no function is larger than AT_MOST
	@for most in $(AT_MOST); do \
		size=$$(stat -c %s build/lambda/$${most%:*}/bootstrap); \
		[ $$size -le $${most#*:}000000 ] || { echo "$${most%:*} has $$size bytes, more than the $${most#*:} MB it may measure" >&2; exit 1; }; \
	done

.PHONY: check
check: lint vulnerabilities test lambda-same lambda-size conformance synth ## everything that must pass: lint, vulnerabilities, test, lambda-same, lambda-size, conformance, synth

.PHONY: test
test: need-go need-c++ infra/node_modules/.package-lock.json ## all tests that need only Go, Node and a C++ compiler
	@go test -shuffle=on $$(go list -e ./... 2>/dev/null | grep -v '/functions/cssa/sql$$')
	@CGO_ENABLED=1 go test -shuffle=on $(SQL)

# What is rehearsed is what make deploy STAGE=prod would deploy, its programs built for this machine.
.PHONY: rehearsed
rehearsed: need-go need-node lambda infra/node_modules/.package-lock.json
	@rm -rf build/rehearsal.out
	@STAGE=prod CDK_OUTDIR=build/rehearsal.out go run ./infra

.PHONY: rehearse
rehearse: rehearsed ## run what would be deployed on this machine, with its settings and rights: a round of 40 firms, and bad luck (5 minutes)
	@.ci/install rehearsal
	@cd infra/rehearsal && go test -tags conformance -count=1 -timeout 20m

.PHONY: conformance
conformance: rehearsed need-c++ infra/node_modules/.package-lock.json ## tests against foreign programs (LibreOffice, Chromium, moto …), which it installs
	@.ci/install conformance
	@packages=$$($(call dirs,'^//go:build .*conformance')); \
	[ -n "$$packages" ] || { echo "no test has the build tag conformance: there is nothing to run, so nothing is shown" >&2; exit 1; }; \
	go test -tags conformance -shuffle=on -count=1 -timeout 20m $$packages

.PHONY: conformance-trino
conformance-trino: need-c++ ## Athena's tables, views and queries on Trino, its engine, beside DuckDB; installs 2 GB into build/trino
	@.ci/install trino
	@CGO_ENABLED=1 go test -tags trino -run Trino -count=1 -timeout 20m -v $(SQL)

.PHONY: lint
lint: need-go ## formatting and the linters of .golangci.yml, pinned in infra/tools.mod
	@CGO_ENABLED=1 $(LINT) run

.PHONY: vulnerabilities
vulnerabilities: need-go ## known vulnerabilities that the programs reach, by govulncheck; says so if its database is out of reach
	@.ci/vulnerabilities

# Each function as it is deployed, the two commands as they are for this machine, the rules for a browser, and the module with all that builds and tests it.
SBOM := -json -std -noserial -notimestamp
.PHONY: sbom
sbom: need-go ## CycloneDX lists of what every program is made of, and of the whole module, into build/sbom
	@mkdir -p build/sbom
	@cyclonedx=$$($(TOOL) -n cyclonedx-gomod); \
	for fn in $(FUNCTIONS); do \
		GOOS=linux GOARCH=arm64 GOFLAGS=-tags=lambda.norpc $$cyclonedx app $(SBOM) -main functions/$$fn/lambda -output build/sbom/$$fn.cdx.json .; \
	done; \
	$$cyclonedx app $(SBOM) -main functions/cssa -output build/sbom/cssa.cdx.json .; \
	GOOS=js GOARCH=wasm $$cyclonedx app $(SBOM) -main functions/cssa/wasm -output build/sbom/check.cdx.json .; \
	CGO_ENABLED=1 $$cyclonedx app $(SBOM) -main $(SQL:./%=%) -output build/sbom/cssa-sql.cdx.json .; \
	$$cyclonedx mod $(SBOM) -test -output build/sbom/module.cdx.json .
	@echo "the lists are in build/sbom: one of each program, and module.cdx.json"

.PHONY: fmt
fmt: need-go ## format the sources
	@$(LINT) fmt

.PHONY: synth
synth: need-go need-node lambda ## write the template of STAGE (dev) to build/cdk.out, checked by the rule packs; needs no account
	@rm -rf build/cdk.out # what another stage left
	@CDK_OUTDIR=build/cdk.out go run ./infra
	@awk '/"Type": "AWS::[^<]*$$/ { n[$$2]++; all++ } END { for (t in n) printf "  %3d %s\n", n[t], substr(t, 2, length(t) - 3) | "sort -k2"; close("sort -k2"); \
		printf "%d resources in build/cdk.out/cssa-%s-system.template.json\n", all, ENVIRON["STAGE"] }' build/cdk.out/cssa-$(STAGE)-system.template.json
	@echo "the rule packs found nothing that is not accepted; what is, and why: build/cdk.out/*NagReport.csv"

.PHONY: diff
diff: need-go lambda infra/node_modules/.package-lock.json ## what a deployment of STAGE would change; needs an account
	@cdk diff --all

.PHONY: deploy
deploy: need-go lambda infra/node_modules/.package-lock.json ## deploy STAGE to the account of your credentials; asks before rights are widened
	@cdk deploy --all --require-approval broadening --outputs-file build/outputs-$(STAGE).json

.PHONY: bench
bench: build ## benchmarks, with what they compare with, in one run (BENCH=pattern), and the demo's time and memory
	@build/cssa demo --data build/bench-demo --wipe | grep -E '^  [a-z].* s |^Ready'
	@CGO_ENABLED=1 go test -run '^$$' -bench '$(BENCH)' -benchmem $$($(call dirs,'^func Benchmark'))

.PHONY: soak
soak: need-go need-c++ infra/node_modules/.package-lock.json ## hours: every fuzz target for FUZZTIME (10m), every property RANDOM_RUNS (100000) times
	@for dir in $$($(call dirs,'^func Fuzz')); do \
		for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | sed 's/^func //' | sort -u); do \
			echo "$$dir $$target for $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$dir; \
		done; \
	done
	@for dir in $$($(call dirs,'^[[:space:]]+"pgregory.net/rapid"$$')); do \
		go test -count=1 -timeout 0 $$dir -rapid.checks=$(RANDOM_RUNS); \
	done

.PHONY: update
update: need-go ## rewrite the golden files; read the diff before you commit it
	@for dir in $$($(call dirs,'flag\.Bool\("update"')); do go test -count=1 $$dir -update; done
	@git --no-pager diff --stat

.PHONY: clean
clean: ## remove what was built and installed into the tree
	@rm -rf build infra/.venv infra/node_modules

# npm writes this file last, so it is newer than the lock when the install is complete.
infra/node_modules/.package-lock.json: infra/package.json infra/package-lock.json | need-node
	@echo "installing the Node tools pinned in infra/package-lock.json"
	@npm ci --prefix infra --silent
	@touch $@

.PHONY: need-go need-node need-c++
need-go:
	@command -v go >/dev/null || { echo "Go is missing. Install 1.26 or later: https://go.dev/dl" >&2; exit 1; }
need-node:
	@command -v npm >/dev/null && command -v node >/dev/null || { echo "Node is missing. Install 20 or later with npm: https://nodejs.org" >&2; exit 1; }
need-c++: need-go
	@set -- $$(go env CXX); command -v "$$1" >/dev/null || { echo "A C++ compiler is missing ($$1). On Debian: apt-get install g++" >&2; exit 1; }
