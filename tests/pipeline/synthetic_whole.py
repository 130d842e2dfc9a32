# SPDX-License-Identifier: GPL-2.0
"""Made-up times.json and perf.json, for the tests of the pipeline and nothing else.

times() and perf() give the objects as scripts/whole/collect would write them; the
tests say what is in them. They are no measurement of anything.
"""
import json
import os

# Events of some generations as scripts/whole/inside would ask for them: how their
# walk cycles and EPT go together, (pass, name).
WALKS = [("walks", "load_walks"), ("walks", "store_walks")]
CYCLES = [("cycles", "load_walk_cycles"), ("cycles", "store_walk_cycles")]
PENDING = [("cycles", "load_walk_pending"), ("cycles", "store_walk_pending")]
EPT, EPT_PENDING = [("cycles", "ept_walk_cycles")], [("cycles", "ept_walk_pending")]
BOTH = [("walks", "load_walks"), ("walks", "dtlb_walks")]
ALL = [("cycles", "cpu_cycles")]
GENERATIONS = {
    "skylake": ("apart", WALKS + CYCLES + EPT_PENDING + ALL),
    "icelake": ("none", WALKS + CYCLES + ALL),
    "haswell": ("beside", WALKS + CYCLES + EPT + ALL),
    "nehalemep": ("none", BOTH + ALL),
    "westmereep-dp": ("beside", BOTH + [("cycles", "dtlb_walk_cycles")] + EPT + ALL),
    "goldmontplus": ("within", WALKS + PENDING + EPT_PENDING + ALL),
    "sierraforest": ("within", WALKS + PENDING + ALL),
}
NO_SPLIT = "this machine can't split them"
SOFTWARE = ("task-clock", "page-faults", "context-switches")
OURS = (
    *("vm_exits", "host_exits", "tlb_flush_vmm", "exit_exception_nmi"),
    *("exit_invlpg", "exit_ept_violation"),
)


def meta_of(machine, tool, rounds):
    """What both files begin with."""
    emulated = machine == "emulated"
    return {
        "tool": tool,
        "machine": machine,
        "cpu_model": "Synthetic CPU",
        "kernel": "6.1.0-test",
        "unit": "instructions" if emulated else "seconds",
        "units_per_second": 1000000000 if emulated else 1,
        "rounds": rounds,
    }


def times(machine, seconds):
    """SECONDS: {run: ([EPT, a value a round], [shadow])}."""
    rounds = len(next(iter(seconds.values()))[0])
    out = []
    for number in range(rounds):
        order = (("ept", 0), ("spt", 1)) if number % 2 == 0 else (("spt", 1), ("ept", 0))
        results = [
            {
                "command": "/hvbench/bin/hvbench run %s --mmu %s" % (run, mmu),
                "mean": both[side][number],
                "stddev": None,
                "times": [both[side][number]],
                "exit_codes": [0],
                "parameters": {"mmu": mmu, "run": run},
            }
            for run, both in seconds.items()
            for mmu, side in order
        ]
        out.append({"results": results})
    meta = {**meta_of(machine, "hyperfine 1.15.0", rounds), "warmup": 1}
    return {"meta": meta, "rounds": out}


def events_of(generation, split):
    """The list of events that were asked for."""
    found = [("counts", "software", name) for name in SOFTWARE]
    found += [("counts", "ours", name) for name in OURS]
    if generation:
        found += [
            (stage + side.replace("_", "-"), "hardware", name + side)
            for side in (("_guest", "_host") if split else ("",))
            for stage, name in GENERATIONS[generation][1]
        ]
    return [
        {"pass": stage, "kind": kind, "name": name, "event": "x/%s/" % name, "intel": "-"}
        for stage, kind, name in found
    ]


def line(name, value, share=100.0):
    """A line of `perf stat -j`; VALUE may be perf's words for none."""
    words = value if isinstance(value, str) else "%.6f" % value
    return {
        "counter-value": words,
        "unit": "msec" if name == "task-clock" else "",
        "event": name + ("" if name in SOFTWARE else ":GH"),
        "event-runtime": 1000,
        "pcnt-running": share,
        "metric-value": 0.0,
        "metric-unit": "",
    }


def perf(machine, generation, counts, shares=(), split=False):
    """COUNTS: {run: (EPT, shadow)}, each {event: [a value a round]}; what is not named is 0."""
    events = events_of(generation, split)
    passes = {stage: None for stage in (e["pass"] for e in events)}
    longest = [len(v) for both in counts.values() for side in both for v in side.values()]
    rounds, shares, runs = max(longest), dict(shares), []
    for number in range(rounds):
        for run, both in counts.items():
            for mmu, side in zip(("ept", "spt"), both):
                for stage in passes:
                    names = [e["name"] for e in events if e["pass"] == stage]
                    lines = [
                        line(n, side.get(n, [0] * rounds)[number], shares.get(n, 100.0))
                        for n in names
                    ]
                    runs.append(
                        {
                            "round": number + 1,
                            "pass": stage,
                            "mmu": mmu,
                            "run": run,
                            "events": lines,
                        }
                    )
    meta = {
        **meta_of(machine, "perf version 6.1", rounds),
        "generation": generation,
        "ept_walks": GENERATIONS[generation][0] if generation else None,
        "absent": None if generation else "this machine's CPU has no PMU that the kernel knows",
        "split": split,
        "no_split": NO_SPLIT if generation and not split else None,
        "events": events,
    }
    return {"meta": meta, "runs": runs}


def write(folder, name, value):
    """VALUE as FOLDER/NAME: an object as JSON, a text as it is."""
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        out.write(value if isinstance(value, str) else json.dumps(value))
