# SPDX-License-Identifier: GPL-2.0
# The front door: `make help` lists what there is. Every target that needs
# packages calls scripts/install-deps first, which asks nothing and is quick
# when all is there.

SUITE ?= default
KERNEL ?= 6.1
PREFIX ?= /usr/local
export MACHINE PREFIX DESTDIR UDEVDIR

build := build
VERSION := $(shell cat VERSION)

help:
	@echo 'make bench          set up, build, run SUITE=$(SUITE), plot: results/latest/report.html'
	@echo 'make test           set up, build, prove it: unit tests, guests and module in the machine'
	@echo 'make fresh          both as the first commands in a bare Debian 12 (debootstrap): hours'
	@echo '                    (make fresh-short: 10 minutes)'
	@echo 'make model-check    the modelled CPUs over made-up page tables: seconds'
	@echo 'make validate       the model against 17 published results, docs/validation.md: a quarter of an hour'
	@echo 'make fuzz           the backends under libFuzzer for FUZZ_SECONDS=60'
	@echo 'make sanitize       the module on a kernel with KASAN, lockdep and the like: hours'
	@echo 'make mutants        bugs planted in spt/ and ept/, each of which the tests must find'
	@echo 'make mutants-machine  missing flushes, each of which a modelled TLB must find: 10 minutes'
	@echo 'make time           whole runs of every workload timed by hyperfine, into RUN=results/latest'
	@echo 'make perf           exits, flushes and page walks of whole runs by perf stat, likewise'
	@echo 'make figures        the headline figures of the newest run'
	@echo 'make report         the plots and report of RUN=results/latest again'
	@echo 'make compare        what changed from run A=... to run B=... (B: results/latest)'
	@echo 'make build          the guests, the tool and the module (for KERNEL=$(KERNEL), or the metal)'
	@echo 'make guests         build/guests/*.elf'
	@echo 'make tool           build/bin/hvbench'
	@echo 'make module         hvbench.ko'
	@echo 'make prices         docs/prices.md, from results/reference and a run on all modelled CPUs'
	@echo 'make docs           docs/counters.md and docs/workloads.md, from lists and guests'
	@echo 'make install        the tool, guests, reports and manual below PREFIX=$(PREFIX)'
	@echo '                    (the udev rule: in UDEVDIR, without it PREFIX/lib/udev)'
	@echo 'make dkms-install   the module, built anew by DKMS for each kernel'
	@echo 'make uninstall, make dkms-uninstall'
	@echo 'make deb            build/*.deb, for Debian and its relatives'
	@echo 'make deps           install what is missing, nothing else'
	@echo 'make style          checkpatch, shellcheck and lintian, where they are installed; clang-format as advice'
	@echo 'make clean          remove build/'
	@echo
	@echo 'MACHINE=metal|emulated   where to run; without it: metal if this is an Intel machine'
	@echo '                         with VT-x, root and kernel headers, else the emulated one'
	@echo 'SUITE=default|full|smoke|FILE'
	@echo '                         which experiments: some minutes, all there is, some seconds'
	@echo 'TESTS="host scripts ..." of make test only these (tests/run --help)'
	@echo 'KERNEL=6.1|6.12          Debian kernel of the emulated machine'

bench: deps
	scripts/bench --suite $(SUITE) --kernel $(KERNEL)

test: deps
	tests/run $(TESTS)

fresh: deps
	tests/fresh/run

fresh-short: deps
	tests/fresh/run --short

model-check:
	@$(MAKE) -s --no-print-directory -C tests/model check

validate: deps
	scripts/validate/validate --kernel $(KERNEL)

fuzz: deps
	@$(MAKE) --no-print-directory -C tests/host fuzz

sanitize: tree
	@scripts/install-deps build machine test sanitize
	@tests/sanitize/run

mutants: deps
	tests/mutants/run

mutants-machine: deps
	tests/mutants/in-machine

figures:
	@scripts/report/figures results/latest

RUN ?= results/latest
time perf: deps
	scripts/whole/run --kernel $(KERNEL) $(RUN) $@

report:
	scripts/report/report $(RUN)

A ?= results/reference
B ?= results/latest
compare:
	@scripts/report/compare $(A) $(B)

install: guests tool
	@scripts/package/install tool

uninstall:
	@scripts/package/install --uninstall tool

dkms-install:
	@scripts/package/dkms

dkms-uninstall:
	@scripts/package/dkms --uninstall

deb: guests tool
	@scripts/package/deb

deps: tree
	@scripts/install-deps

# A place where nothing can be built is told of before anything else.
tree:
	@scripts/check-tree

build: guests tool module

# One at a time, where two commands have to build the same.
guests: tree
	@flock $(build)/.lock $(MAKE) -s --no-print-directory -C workloads

tool: tree
	@flock $(build)/.lock $(MAKE) -s --no-print-directory -C bench

module: tree
	@scripts/build-module --for-machine $(KERNEL)

docs: guests tool
	scripts/report/counters-doc
	scripts/report/workloads-doc

# In the emulated machine, wherever this is.
.PHONY: prices
prices: deps guests tool
	rm -rf $(build)/prices
	MACHINE=emulated scripts/machine/hvbench --kernel $(KERNEL) --out $(build)/prices -- suite prices --out /out
	scripts/report/prices-doc results/reference $(build)/prices

style:
	scripts/check-style

clean:
	rm -rf $(build)

.PHONY: help bench test model-check validate fresh fresh-short tree fuzz sanitize mutants mutants-machine time perf figures report compare deps build guests tool module docs
.PHONY: install uninstall dkms-install dkms-uninstall deb style clean
