#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Hold what `make time` and `make perf` left in a run folder against theory.

    whole.py RUN_DIR time|perf...

The suite is that of tests/machine/run: hypercall with 64 calls, switch between 4
address spaces, 8 rounds. A line a check; the last one is the summary.
"""
import os
import sys

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
sys.path[:0] = [os.path.join(SCRIPTS, "report"), os.path.join(SCRIPTS, "plot")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import perfs
import times
import whole

RUNS = [
    "hypercall -p count=64 --memory 16M",
    "switch -p spaces=4 -p rounds=8 --memory 16M",
]
CALLS, SWITCHES = 64, 4 * 8


class Checks:
    """Counts what holds."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, holds, seen=""):
        """One check."""
        print("%s - %s" % ("ok" if holds else "not ok", what))
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print("#   seen: %s" % (seen,))


def check_times(checks, run_dir):
    """Instructions, not far from each other in two rounds."""
    found = times.load(run_dir, "emulated")
    runs = [r.run for r in found.rows]
    checks.check("the suite's runs were timed", runs == RUNS, runs)
    checks.check("in instructions, 10^9 a second", found.scale == 1000000000, found.scale)
    for row in found.rows:
        for name, side in (("EPT", row.ept), ("shadow paging", row.spt)):
            what = "%s under %s" % (row.workload, name)
            # A process and a VM are more than a million instructions, and less than a second.
            checks.check(
                "%s takes a plausible number" % what, 1e6 < side.low < side.high < 1e9, side.values
            )
            # The page allocator may take up to two million more (docs/method.md).
            checks.check(
                "%s takes nearly the same again" % what, side.high < side.low + 2e6, side.values
            )


def same(side, name):
    """The value of an event that is the same in every round; None where it is not."""
    values = side.event(name).values
    return values[0] if len(set(values)) == 1 and len(values) == 2 else None


def check_perf(checks, run_dir):
    """The module's events are exact."""
    found = perfs.load(run_dir, "emulated")
    runs = [r.run for r in found.rows]
    checks.check("perf counted the suite's runs", runs == RUNS, runs)
    checks.check("the machine has no events of hardware", not found.hardware, found.meta["absent"])
    hypercall, switch = found.rows
    for mmu in whole.MMUS:
        side = getattr(hypercall, mmu)
        calls = same(side, "exit_vmcall")
        checks.check("64 hypercalls are 64 exits under %s" % mmu, calls == CALLS, calls)
        for row in found.rows:
            side = getattr(row, mmu)
            events = [e["name"] for e in found.events("ours") if e["name"].startswith("exit_")]
            parts = sum(side.event(name).median for name in events)
            total = side.event("vm_exits").median
            checks.check(
                "exits by reason add up, %s under %s" % (row.workload, mmu), parts == total,
                (parts, total),
            )
            clock = side.event("task-clock").low
            checks.check("perf's own clock ticks", clock > 0, clock)
            flushes = same(side, "tlb_flush_vmm")
            checks.check("some flushes, as many in each round", flushes, flushes)
    for row in found.rows:
        for mmu, none, some in (
            ("ept", "exit_exception_nmi", "exit_ept_violation"),
            ("spt", "exit_ept_violation", "exit_exception_nmi"),
        ):
            side = getattr(row, mmu)
            values = same(side, none), same(side, some)
            checks.check(
                "%s under %s faults in its own way" % (row.workload, mmu),
                values[0] == 0 and values[1],
                values,
            )
    loads = same(switch.ept, "exit_cr_access"), same(switch.spt, "exit_cr_access")
    checks.check("loads of CR3 exit under shadow paging alone", loads[0] == 0 and loads[1], loads)
    checks.check("each switch of them", (loads[1] or 0) >= SWITCHES, loads)


def check_report(checks, run_dir, tools):
    """The sections are in the report."""
    with open(os.path.join(run_dir, "report.md"), encoding="utf-8") as file:
        page = file.read()
    for tool, title in (("time", "End to end"), ("perf", "Counted by perf")):
        checks.check(
            "the report has what %s measured, and nothing else" % tool,
            ("\n## %s\n" % title in page) == (tool in tools),
        )


def main():
    """The command line."""
    run_dir, *tools = sys.argv[1:]
    checks = Checks()
    try:
        if "time" in tools:
            check_times(checks, run_dir)
        if "perf" in tools:
            check_perf(checks, run_dir)
        check_report(checks, run_dir, tools)
    except (whole.WholeError, OSError, AttributeError) as error:
        checks.check("the files are there and whole", False, error)
    print("%d passed, %d failed" % (checks.passed, checks.failed))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
