# SPDX-License-Identifier: GPL-2.0
"""The price list: what operations cost in modelled cycles beyond native, part by part.

prices-doc makes docs/prices.md of it. Every number is the cycles of a phase with default
knobs and the base parameters, guest and host together, less those of the same guest without a
hypervisor, over the operations of the phase. The parts are sums of the model's causes and
add up to the total.
"""
import collections
import statistics

import modelled
from modelled import Band

# What is listed: words, the workload and phase that it is measured in, and the MMUs that it
# costs anything under.
Operation = collections.namedtuple("Operation", "words workload phase mmus")
OPERATIONS = [
    Operation("exit and entry (null hypercall)", "hypercall", "warm", ("ept", "spt")),
    Operation("fill (first touch of a 4K page)", "dense-sequential", "first-touch", ("ept", "spt")),
    Operation("edit (a PTE, its INVLPG, a touch)", "pte-edit", "edit", ("ept", "spt")),
    Operation("switch (another CR3, 8 touches)", "switch", "switch", ("ept", "spt")),
    Operation("page fault (guest maps a page)", "demand-paging", "demand", ("ept", "spt")),
]

# How a column is made: the sum over (world, causes), of which native's is subtracted.
Part = collections.namedtuple("Part", "name of meaning")
MISSES = ("data", "fetches")
PARTS = [
    Part("transition", [("host", ("transitions",))], "VM exits and entries, the hardware's part"),
    Part(
        "handler",
        [("host", ("instructions",))],
        "the hypervisor's instructions between exit and entry, at the CPU's cycles per instruction",
    ),
    Part(
        "its misses",
        [("host", ("walks", "data", "fetches", "assists"))],
        "what the hypervisor waits for there: page walks, data and instruction cache misses, "
        "updates of A and D bits",
    ),
    Part(
        "flushes",
        [("host", ("flushes",)), ("guest", ("flushes",)), ("native", ("flushes",))],
        "INVVPID and other flushes that the hypervisor executes, less the guest's own that it takes "
        "over (below 0 where its shadow needs none)",
    ),
    Part(
        "refill",
        [("guest", ("walks",)), ("native", ("walks",))],
        "page walks of the guest beyond native ones, with all that their references wait for",
    ),
    Part(
        "pollution",
        [("guest", MISSES), ("native", MISSES)],
        "data and instruction cache misses of the guest beyond native ones",
    ),
    Part(
        "rest",
        [(world, ("instructions", "assists")) for world in ("guest", "native")]
        + [("guest", ("transitions",))],
        "what else the guest has beyond native: updates of A and D bits, exceptions, instructions",
    ),
]

# PARTS in modelled cycles by their names, TOTAL a Band.
Price = collections.namedtuple("Price", "operation mmu exits native parts total")


def cycles(sample, cpu, world, causes):
    """The modelled cycles of CAUSES in a world, an operation."""
    names = ["model.%s.%s.cycles_%s" % (cpu, world, cause) for cause in causes]
    return sum(sample.get(name, 0) for name in names) / sample["ops"]


def of_part(part, samples, native, cpu):
    """A column: medians over the repetitions."""
    return sum(
        (-1 if world == "native" else 1)
        * statistics.median(
            cycles(s, cpu, world, causes) for s in (native if world == "native" else samples)
        )
        for world, causes in part.of
    )


def price(model, operation, mmu):
    """The Price of an operation, None where it was not modelled."""
    place = (operation.workload, operation.phase)
    # Only a run under EPT knows what is native.
    native = model.of("ept", *place, modelled.NATIVE)
    cost = model.of(mmu, *place)
    if not native or not cost:
        return None
    samples, of_native = model.samples(mmu, *place), model.samples("ept", *place)
    return Price(
        operation,
        mmu,
        statistics.median(s["vm_exits"] / s["ops"] for s in samples),
        native,
        {part.name: of_part(part, samples, of_native, model.cpu) for part in PARTS},
        Band(*(c - n for c, n in zip(cost, native))),
    )


def prices(model):
    """[Price] of a CPU."""
    found = [price(model, op, mmu) for op in OPERATIONS for mmu in op.mmus]
    return [p for p in found if p]
