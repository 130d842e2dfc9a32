# SPDX-License-Identifier: GPL-2.0
"""The headline figures: figures.tsv, one `name<TAB>value<TAB>unit` a line.

The report writes it and `scripts/report/figures` prints it. A figure comes
from the base parameters and the default knobs, or, where BEST names it, from
the best strategy of the run; where its rows are missing it is left out, and
missing() says so for the report and for stderr.
"""
import math
import os
import re

import modelled
import sides
import table_memory
from conditions import COLD
from uapi import PROJECT
from whole_workload import wholes

# (name in figures.tsv, mmu, workload, phase, what one operation is)
FIGURES = [
    ("hypercall.ept", "ept", "hypercall", "warm", "null hypercall, there and back"),
    ("hypercall.spt", "spt", "hypercall", "warm", "null hypercall, there and back"),
    ("fill.ept.4k", "ept", "dense-sequential", "first-touch", "first touch of a 4K page"),
    ("fill.spt", "spt", "dense-sequential", "first-touch", "first touch of a 4K page"),
    ("edit.ept", "ept", "pte-edit", "edit", "edit a PTE, INVLPG, touch"),
    ("edit.spt", "spt", "pte-edit", "edit", "edit a PTE, INVLPG, touch"),
    ("edit.spt.best", "spt", "pte-edit", "edit", "edit a PTE, INVLPG, touch"),
    ("switch.ept", "ept", "switch", "switch", "load another CR3, touch 8 pages"),
    ("switch.spt", "spt", "switch", "switch", "load another CR3, touch 8 pages"),
    ("demand.ept", "ept", "demand-paging", "demand", "guest page fault that maps a page"),
    ("demand.spt", "spt", "demand-paging", "demand", "guest page fault that maps a page"),
    ("demand.spt.default", "spt", "demand-paging", "demand", "guest page fault that maps a page"),
]
# Those that a reader asks of shadow paging at its best.
BEST = ("edit.spt.best", "demand.spt")

# What the tests leave in build/proof, and what each of them says.
PROOF = os.path.join(PROJECT, "build", "proof")
PROVEN = {
    "proof.accesses": "accesses held against the reference walker",
    "mutants.killed": "planted bugs that the tests caught",
    "mutants.total": "planted bugs",
    "mutants.machine.killed": "missing flushes that a modelled TLB caught (make mutants-machine)",
    "mutants.machine.total": "missing flushes planted for it (make mutants-machine)",
    "sanitize.splats": "complaints of the sanitizer kernel (make sanitize)",
}


class ProofError(Exception):
    """A file of build/proof is damaged; the text is one sentence."""


def text(value):
    """A value without digits of noise: four significant ones, integers whole."""
    if value == int(value):
        return "%d" % value
    for limit, digits in ((1000, 0), (100, 1), (10, 2)):
        if value >= limit:
            break
    else:
        digits = 3
    written = "%.*f" % (digits, value)
    return written.rstrip("0").rstrip(".") if "." in written else written


def ratio_text(value):
    """A ratio: as text() has it, but a small one keeps its digits and is never 0."""
    if value == math.inf:
        return "inf"
    if not 0 < value < 0.1:
        return text(value)
    return ("%.*f" % (2 - math.floor(math.log10(value)), value)).rstrip("0")


def find(suite, name, mmu, workload, phase):
    """(words for the knobs, Measure) of a figure, or None."""
    if name in BEST:
        found = suite.best(workload, phase)
        if not found:
            return None
        return " ".join("%s=%s" % k for k in sorted(found[0].items())) or "default knobs", found[1]
    m = suite.find(mmu, workload, phase)
    return ("default knobs", m) if m else None


def figures(suite, peers, seconds, proof=()):
    """[(name, value, unit)]; SECONDS holds bench.seconds and machine.boot_seconds.

    PEERS is the run's peer.Peers, PROOF what read_proof() returned.
    """
    rows = []
    for name, mmu, workload, phase, _ in FIGURES:
        found = find(suite, name, mmu, workload, phase)
        if found:
            m = found[1]
            rows += [
                (name, text(m.cost), suite.results.tsc_unit),
                (name + ".exits", text(m.exits), "exits"),
                (name + ".flushes", text(m.executed), "flushes"),
            ]
    rows += counted("wholes", wholes(suite), "workloads", ("unmeasured", sides.UNMEASURED))
    rows += counted("cold", suite.sides(COLD), "phases", ("filled", sides.FILLED))
    rows += memory(suite)
    rows += [(name, text(value), unit) for name, value, unit in modelled.figures(suite)]
    rows += [(n, ratio_text(ratio), "ratio") for n, ratio in peers.figures() if ratio is not None]
    rows += list(proof)
    rows += [(name, text(value), "seconds") for name, value in seconds if value is not None]
    return rows


def counted(prefix, found, unit, other):
    """In how many of FOUND each is cheaper; OTHER is the (name, winner) of those that don't count."""
    names = [("ept_cheaper", "ept"), ("spt_cheaper", "spt"), ("equal", "tie"), other]
    return [
        ("%s.%s" % (prefix, name), str(len(sides.won(found, who))), unit)
        for name, who in names
        if found
    ]


def memory(suite):
    """Tables for each byte of the guest's: the default strategy's stands for shadow paging."""
    overhead = table_memory.overhead(suite)
    rows = []
    for name, strategy in [("spt.memory", "unsync")] + [
        ("spt.memory." + s, s) for s in table_memory.STRATEGIES_IN_MEMORY
    ]:
        if strategy in overhead:
            found = overhead[strategy]
            for end, value in (("", found.median), (".low", found.low), (".high", found.high)):
                rows.append((name + end, text(value), "bytes/byte"))
    return rows


def missing(suite, peers, seconds, proof=()):
    """One sentence for every figure that this run cannot give."""
    words = [
        "%s is not available: no rows for %s, phase %s, under %s with the base parameters "
        "and %s knobs"
        % (name, workload, phase, mmu, "any" if name in BEST else "the default")
        for name, mmu, workload, phase, _ in FIGURES
        if not find(suite, name, mmu, workload, phase)
    ]
    overhead = table_memory.overhead(suite)
    words += [
        "spt.memory.%s is not available: no workload ran under EPT and under every strategy "
        "with the base parameters" % strategy
        if not overhead
        else "spt.memory.%s is not available: nothing ran with that strategy" % strategy
        for strategy in table_memory.STRATEGIES_IN_MEMORY
        if strategy not in overhead
    ]
    words += peers.missing()
    known = {name for name, _, _ in proof}
    words += [
        "%s is not available: the tests left no count of %s in build/proof" % (name, what)
        for name, what in PROVEN.items()
        if name not in known
    ]
    return words + [
        "%s is not available: the run folder does not say it" % name
        for name, value in seconds
        if value is None
    ]


def read_proof(folder):
    """[(name, value, unit)] of all files of FOLDER; [] where there is none."""
    rows = {}
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file.read().splitlines(), 1):
                fields = line.split("\t")
                if len(fields) != 3 or not re.match(r"[0-9]+(\.[0-9]+)?\Z", fields[1]):
                    raise ProofError(
                        "%s line %d is not a name, a number and a unit: run the tests again"
                        % (path, number)
                    )
                if fields[0] in rows:
                    raise ProofError("%s line %d: %s is there twice" % (path, number, fields[0]))
                rows[fields[0]] = tuple(fields)
    return list(rows.values())


def keep_proof(folder, run_dir):
    """What the tests proved, kept in the run folder so that a later report tells it too."""
    kept = os.path.join(run_dir, "proof")
    rows = read_proof(folder)
    if rows:
        os.makedirs(kept, exist_ok=True)
        for name in os.listdir(kept):
            os.remove(os.path.join(kept, name))
        write(os.path.join(kept, "proof.tsv"), rows)
    return rows or read_proof(kept)


def write(path, rows):
    """Write figures.tsv."""
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write("\t".join(row) + "\n")
