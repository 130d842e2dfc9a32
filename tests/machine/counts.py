#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Holds the counts of a smoke suite against theory, exactly.

counts.py RESULTS.CSV

For every phase the theory says how many VM exits of which reason, faults of
which kind, fills and flushes there are; everything that it does not name must
be 0. The host's own turns (its interrupts) are no part of it. What each term
stands for is said where it is written.
"""
import csv
import sys

HOST = ("exit.EXTERNAL_INTERRUPT", "exit.PREEMPTION_TIMER")
# Settled by theory; other counters (spt_sync_entry, table bytes, TSC) are not.
PREFIXES = ("exit.", "fault_", "flush_", "ept_fill_", "guest_flush_", "spt_root_", "inject_pf")
NAMED = ("guest_faults",)
# Under unsync an address is flushed when its page turns out to be a page table
# and loses its writable mapping. How many of the tables' own mappings exist
# depends on the runtime, so this one is only bounded, see flushes_bounded().
BOUNDED = "flush_invvpid_addr"


def faults(n, kind):
    """n shadow faults of a kind: each is an exit for #PF."""
    return {"exit.EXCEPTION_NMI": n, "fault_" + kind: n}


def add(*terms):
    total = {}
    for term in terms:
        for name, n in term.items():
            total[name] = total.get(name, 0) + n
    return total


def guest_faults(n):
    """The guest's own faults, which shadow paging sees first and injects."""
    return add(faults(n, "guest"), {"inject_pf": n})


def invlpg(n):
    return {"exit.INVLPG": n, "guest_flush_invlpg": n}


def first_touch(run, n):
    if run["mmu"] == "ept":
        # A 2M leaf covers all of the few pages; the runtime touched it before.
        if run["ept.leaf"] == "2m":
            return {}
        return {"exit.EPT_VIOLATION": n, "fault_fill": n, "ept_fill_4k": n}
    return faults(n, "fill")


def nothing(run, n):
    return {}


def spt_only(unsync, vtlb):
    def expected(run, n):
        if run["mmu"] == "ept":
            return {}
        return (unsync if run["spt.sync"] == "unsync" else vtlb)(run, n)

    return expected


def opened():
    """The first edit of a phase opens the one leaf table: a tracked write."""
    return faults(1, "track")


def switches(n, hit):
    return {"exit.CR_ACCESS": n, "guest_flush_cr3": n, "spt_root_hit" if hit else "spt_root_miss": n}


def vtlb_switch(run, n):
    # Everything is gone after a switch: the pages, the page of the loop's code
    # and that of its stack come back; once more at the end the mailbox.
    touches = int(run["params"]["touches"])
    return add(switches(n, False), faults(n * (touches + 2) + 1, "fill"))


THEORY = {
    ("hypercall", "warm"): lambda run, n: {"exit.VMCALL": n},
    ("port-io", "out"): lambda run, n: {"exit.IO_INSTRUCTION": n},
    ("port-io", "in"): lambda run, n: {"exit.IO_INSTRUCTION": n},
    ("dense-sequential", "first-touch"): first_touch,
    ("dense-sequential", "warm"): nothing,
    ("hot-set", "first-touch"): first_touch,
    ("hot-set", "hot"): nothing,
    ("sparse-stride", "first-touch"): first_touch,
    ("sparse-stride", "warm"): nothing,
    ("random", "first-touch"): first_touch,
    ("random", "update"): nothing,
    ("pointer-chase", "build"): first_touch,
    ("pointer-chase", "chase"): nothing,
    # A fault for the guest, then one of the shadow for the page that the
    # guest's handler mapped. EPT knows the frames already and sees neither.
    ("demand-paging", "demand"): lambda run, n: add(
        {"guest_faults": n},
        {} if run["mmu"] == "ept" else add(guest_faults(n), faults(n, "fill"), opened()),
    ),
    ("demand-paging", "again"): nothing,
    ("churn", "churn"): spt_only(
        lambda run, n: add(faults(n, "fill"), invlpg(n), opened()),
        lambda run, n: add(faults(n, "fill"), invlpg(n)),
    ),
    ("mprotect", "warm-up"): spt_only(
        lambda run, n: faults(n, "fill"), lambda run, n: faults(n, "fill")
    ),
    # Read-only and INVLPG; the write's fault; the fill after the handler.
    ("mprotect", "flip"): lambda run, n: add(
        {"guest_faults": n},
        {}
        if run["mmu"] == "ept"
        else add(
            guest_faults(n),
            faults(n, "fill"),
            invlpg(n),
            opened() if run["spt.sync"] == "unsync" else {},
        ),
    ),
    ("pte-edit", "warm-up"): spt_only(
        lambda run, n: faults(n, "fill"), lambda run, n: faults(n, "fill")
    ),
    # With the new entry's A bit set, unsync rewrites its copy at the INVLPG.
    ("pte-edit", "edit"): spt_only(
        lambda run, n: add(invlpg(n), opened()),
        lambda run, n: add(invlpg(n), faults(n, "fill")),
    ),
    # One fault more than pages: the shared tables of the runtime are linked.
    ("switch", "first-round"): spt_only(
        lambda run, n: add(
            switches(n, False), faults(n * (int(run["params"]["touches"]) + 1), "fill")
        ),
        vtlb_switch,
    ),
    ("switch", "switch"): spt_only(lambda run, n: switches(n, True), vtlb_switch),
}


def flushes(run, got, expected):
    """What the hypervisor must have executed, except BOUNDED."""
    exits = sum(n for name, n in expected.items() if name.startswith("exit."))
    if run["vpid"] == "off":
        # Every transition flushes; nothing else is left to do.
        host = sum(got.get(name, 0) for name in HOST)
        return {"flush_transition": exits + host} if exits + host else {}
    if run["mmu"] == "ept":
        return {}
    changed_roots = expected.get("guest_flush_cr3", 0)
    if run["phase"] == "first-round" and run["spt.sync"] == "unsync":
        # A new root is also a frame that turns out to be a page table.
        changed_roots *= 2
    return {"flush_invvpid_single": changed_roots} if changed_roots else {}


def flushes_bounded(run, got, expected):
    """INVVPID by address: one an INVLPG at least, and the write protections."""
    n = got.get(BOUNDED, 0)
    if run["mmu"] == "ept" or run["vpid"] == "off":
        return n == 0
    asked = expected.get("guest_flush_invlpg", 0)
    fills = expected.get("fault_fill", 0)
    return asked <= n <= asked + 4 + (2 * fills if run["workload"] == "sparse-stride" else 0)


def read(path):
    """[(run, counters)] by phase and repetition, in the order of the file."""
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = tuple(v for k, v in row.items() if k not in ("counter", "unit", "value"))
            run, counters = found.setdefault(key, (row, {}))
            counters[row["counter"]] = int(row["value"])
    for run, _ in found.values():
        run["params"] = dict(p.split("=") for p in run["params"].split())
    return list(found.values())


def settled(counters):
    return {
        name: n
        for name, n in counters.items()
        if n and name != BOUNDED and name not in HOST and (name.startswith(PREFIXES) or name in NAMED)
    }


def main():
    passed = failed = 0

    def report(ok, text):
        nonlocal passed, failed
        passed, failed = passed + bool(ok), failed + (not ok)
        print("%s - %s" % ("ok" if ok else "not ok", text))

    runs = read(sys.argv[1])
    report(runs, "there are results")
    for run, counters in runs:
        where = "%s.%s %s" % (
            run["workload"],
            run["phase"],
            " ".join(
                run[k] for k in ("mmu", "spt.sync", "ept.leaf") if run[k] != "-"
            ),
        ) + " vpid=%s #%s" % (run["vpid"], run["repetition"])
        theory = THEORY.get((run["workload"], run["phase"]))
        if not theory:
            report(False, "%s: no theory is written for this phase" % where)
            continue
        expected = theory(run, counters["ops"])
        expected.update(flushes(run, counters, expected))
        got = settled(counters)
        report(got == expected, "%s: %s" % (where, expected or "no exits, faults or flushes"))
        if got != expected:
            print("#   got %s" % got)
        report(
            flushes_bounded(run, counters, expected),
            "%s: %d flushes by address are what INVLPG and write protection need"
            % (where, counters.get(BOUNDED, 0)),
        )
    missing = set(THEORY) - {(run["workload"], run["phase"]) for run, _ in runs}
    report(not missing, "every phase of the theory was run%s" % (missing or ""))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
