#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Is what the models were told what the module saw? In each phase of results.csv.

modelled.py RESULTS.CSV CPU
"""
import collections
import csv
import re
import sys

# Instructions between a doorbell and the RDTSC in the guest, on either side.
BETWEEN = 100
# The guest may fault there, where its code or its mailbox is not mapped yet.
A_FAULT = 5000


def read(path, cpu):
    """{what a phase is: {counter: value}}, where the CPU was modelled; a 0 is left out."""
    phases = collections.defaultdict(lambda: collections.defaultdict(int))
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counter, value = row.pop("counter"), int(row.pop("value"))
            row.pop("unit")
            phases[tuple(row.items())][counter] = value
    return {key: counts for key, counts in phases.items() if "model.%s.guest.cycles_mid" % cpu in counts}


def computed(phases, cpu):
    """{where: modelled cycles of a load} that computing takes, in each world and strategy.

    The smoke suite has one chase twice, which differ in what they compute between two loads.
    """
    found = {}
    for key, counts in phases.items():
        where = dict(key)
        if (where["workload"], where["phase"]) != ("reach", "access"):
            continue
        for world in ("guest", "native"):
            cycles = counts.get("model.%s.%s.cycles_mid" % (cpu, world))
            chase, compute = re.match(r"(.*) compute=(\d+)", where["params"]).groups()
            place = (where["mmu"], where["spt.sync"], world, chase)
            if cycles is not None:
                found.setdefault(place, {})[int(compute)] = cycles / counts["ops"]
    return {place: c[100] - c[3] for place, c in found.items() if len(c) > 1}


def main():
    """The checks; 0 where all is well."""
    path, cpu = sys.argv[1:]
    phases = read(path, cpu)
    passed = failed = 0

    def report(wrong, text):
        nonlocal passed, failed
        passed, failed = passed + (not wrong), failed + bool(wrong)
        print("%s - %s" % ("not ok" if wrong else "ok", text))
        for line in wrong[:10]:
            print("#   %s" % (line,))

    def name(key):
        return " ".join(value for _, value in key if value != "-")

    def executed(counts):
        return sum(
            counts["model.%s.%s.%s" % (cpu, world, count)]
            for world in ("guest", "host")
            for count in ("instructions", "repeats")
        )

    exact = [counts for counts in phases.values() if abs(executed(counts) - counts["tsc"]) < BETWEEN]
    report([] if len(phases) > 100 else ["only %d" % len(phases)], "there are phases: %d" % len(phases))
    report(
        [
            (name(key), counts["model.%s.host.transition" % cpu], counts["vm_exits"])
            for key, counts in phases.items()
            if counts["model.%s.host.transition" % cpu] != counts["vm_exits"]
        ],
        "in each the transitions are the module's VM exits",
    )
    report(
        [
            (name(key), executed(counts), counts["tsc"])
            for key, counts in phases.items()
            if not -BETWEEN <= executed(counts) - counts["tsc"] <= A_FAULT
        ]
        + (["of %d phases exactly" % len(exact)] if len(exact) < 0.75 * len(phases) else []),
        "guest and host execute as many instructions as the TSC counts",
    )
    checked = sum(counts["model.%s.guest.stale_checked" % cpu] for counts in phases.values())
    report([] if checked else ["none was checked"], "hits were checked: %d" % checked)
    report(
        [
            name(key)
            for key, counts in phases.items()
            for world in ("guest", "host")
            if counts["model.%s.%s.stale_found" % (cpu, world)]
        ],
        "none is stale",
    )
    added = computed(phases, cpu)
    report(
        ["%s: %.2f cycles a load" % (" ".join(place), cycles) for place, cycles in added.items()]
        if len(added) < 3 or max(added.values()) - min(added.values()) > 0.5 or min(added.values()) < 90
        else [],
        "computing between loads takes the same under EPT, natively and under shadow paging",
    )
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
