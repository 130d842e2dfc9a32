# SPDX-License-Identifier: GPL-2.0
"""The stand-ins of docs/calibration.md, section 4, as Runs of the suites in this folder.

Under shadow paging Agile Paging's hypervisor, KVM of Linux 3.12, lets tables go out of sync,
which is `spt.sync=unsync`; Adams & Agesen's traced every write, which is `trap`.
"""
from evidence import NATIVE, Run

CHASES = {
    "mcf": {"pages": 196608, "locality": 0},
    "graph500": {"pages": 196608, "locality": 0},
    "canneal": {"pages": 190464, "locality": 0},
    "astar": {"pages": 85504, "locality": 3},
    "tigr": {"pages": 148992, "locality": 1},
}
PROGRAMS = tuple(CHASES)
SMALL, LARGE = {"page": 4096}, {"page": 2 << 20}
UNSYNC, TRAP = {"spt.sync": "unsync"}, {"spt.sync": "trap"}


def three(workload, phases, cpu, params, spt, engine="hvbench"):
    """(native, nested, shadow) Runs of one workload."""
    nested = Run(workload, phases, cpu, "ept", params=params, engine=engine)
    shadow = nested._replace(mmu="spt", knobs=spt)
    return nested._replace(worlds=NATIVE), nested, shadow


def chase(name, cpu="sandy-bridge", page=None):
    """(native, nested, shadow) of a chase."""
    params = {**CHASES[name], **(page or SMALL), "lines": 1, "compute": 0}
    return three("reach", ("access",), cpu, params, UNSYNC)


def dedup():
    """Of dedup."""
    params = {"pages": 131072, "burst": 32, "table": 65536, "loads": 64, "read": 1}
    return three("allocate", ("churn",), "sandy-bridge", params, UNSYNC)


def gcc():
    """Of gcc."""
    params = {"pages": 196608, "burst": 16, "table": 0, "loads": 4096, "read": 0}
    return three("allocate", ("churn",), "sandy-bridge", params, UNSYNC)


def spt_of(engine):
    """The knobs of shadow paging, and the engine. KVM has no strategies."""
    return (UNSYNC if engine == "hvbench" else {}), engine


def megabyte(engine):
    """Of 1 MB that is allocated, touched and freed."""
    params = {"pages": 256, "burst": 256, "table": 0, "loads": 0}
    return three("allocate", ("churn",), "skylake-sp", params, *spt_of(engine))


def fault(phase, engine):
    """Of a page fault or a protection fault, as lmbench has them."""
    params = {"pages": 256, "around": 16}
    return three("fault", (phase,), "skylake-sp", params, *spt_of(engine))


def system_call(isolated, pcid, engine):
    """Of a system call, with page tables isolated or not."""
    params = {"isolated": int(isolated), "pcid": int(pcid)}
    return three("kpti", ("call",), "skylake-sp", params, *spt_of(engine))


def pte_write(change):
    """Of a PTE written on the Pentium 4."""
    return three("pte-write", (change,), "pentium-4", {"pages": 256}, TRAP)


def fork(setup=True):
    """Of fork, its copies and the exit on the Core 2: all phases, or all but the set-up."""
    phases = ("fork", "child-start", "child-write", "parent-resume", "parent-write", "exit")
    return three("fork", (("setup",) if setup else ()) + phases, "core-2", {}, TRAP)
