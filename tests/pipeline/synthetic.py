# SPDX-License-Identifier: GPL-2.0
"""A made-up run folder, for the tests of the pipeline and for nothing else.

Run as `synthetic.py DIRECTORY [metal]`. The numbers come from a simple model
(so many exits an operation, so many instructions an exit) and cover the whole
layout of results.csv: both backends, every kind of knob, sweeps, cold and warm phases,
the host's interrupts, histograms, the second engine. They are no measurement of anything.
"""
import csv
import json
import os
import sys

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "report")
)
sys.dont_write_bytecode = True

import synthetic_kvm  # noqa: E402
import uapi  # noqa: E402

GUEST, HANDLE = 6, {  # instructions of one touch; instructions to handle an exit
    "EXCEPTION_NMI": 2900,
    "EPT_VIOLATION": 2300,
    "CR_ACCESS": 1500,
    "INVLPG": 1200,
    "PML_FULL": 4000,
    "VMCALL": 700,
    "IO_INSTRUCTION": 800,
    "EXTERNAL_INTERRUPT": 6000,
}
REPETITIONS = 3
PROOF = {  # what tests would have left in build/proof
    "host": "proof.accesses\t12345678\taccesses\n",
    "mutants": "mutants.killed\t33\tmutants\nmutants.total\t34\tmutants\n",
    "mutants-machine": "mutants.machine.killed\t5\tmutants\nmutants.machine.total\t6\tmutants\n",
    "sanitize": "sanitize.splats\t0\tsplats\n",
}
SETUP = ("setup", "setup")  # the runtime opens it
PHASES = {
    "hypercall": [SETUP, ("warm", "exit")],
    "port-io": [SETUP, ("out", "exit"), ("in", "exit")],
    "dense-sequential": [SETUP, ("first-touch", "fill"), ("warm", "hit")],
    "hot-set": [SETUP, ("first-touch", "fill"), ("hot", "hit")],
    "sparse-stride": [SETUP, ("first-touch", "sparse"), ("warm", "hit")],
    "random": [SETUP, ("first-touch", "fill"), ("update", "hit")],
    "pointer-chase": [SETUP, ("build", "fill"), ("chase", "hit")],
    "demand-paging": [SETUP, ("demand", "demand"), ("again", "hit")],
    "churn": [SETUP, ("churn", "churn")],
    "mprotect": [SETUP, ("warm-up", "refill"), ("flip", "flip")],
    "pte-edit": [SETUP, ("warm-up", "refill"), ("edit", "edit")],
    "switch": [SETUP, ("first-round", "fill8"), ("switch", "switch")],
    "dirty-log": [SETUP, ("start", "log-start"), ("round", "round")],
}
CONDITION = {  # that a phase of a kind is declared with, other than "change"
    **{"setup": "setup", "exit": "exit", "hit": "warm", "fill": "cold", "refill": "cold"},
    **{"fill8": "cold", "sparse": "cold"},
}
BASE = {
    "hypercall": "count=1000",
    "port-io": "count=1000",
    "dense-sequential": "pages=1024 passes=8 page=4096",
    "hot-set": "pages=1024 hot=16 touches=20000",
    "sparse-stride": "pages=256 stride=2097152 passes=8",
    "random": "pages=1024 updates=20000 seed=1",
    "pointer-chase": "pages=1024 steps=20000 seed=1",
    "demand-paging": "pages=1024 accessed=1",
    "churn": "pages=64 rounds=16",
    "mprotect": "pages=64 rounds=16",
    "pte-edit": "pages=64 rounds=16",
    "switch": "spaces=8 rounds=64 touches=8",
    "dirty-log": "pages=1024 rounds=4",
}


def fill_exits(knobs, shadow):
    """Exits of a first touch: a group of neighbours is filled at once."""
    if shadow and knobs["spt.large"] == "on":
        return 1 / 512
    if shadow:
        return 1 / (1 + int(knobs["spt.prefill"]))
    if knobs["ept.leaf"] == "2m":
        return 1 / 512
    return 1 / int(knobs["ept.fill"])


def switch_of(knobs, spaces):
    """(exits, flushes) of a switch under shadow paging."""
    kept = 1 if knobs["spt.sync"] == "vtlb" else int(knobs["spt.roots"])
    missed = kept < spaces
    exits = {"CR_ACCESS": 1.0, "EXCEPTION_NMI": 8.0 if missed else 0.0}
    return exits, int(missed or knobs["spt.pcid"] == "off")


WRITTEN = 256  # pages that a round of dirty-log writes before its look


def log_exits(kind, knobs, shadow):
    """Exits of a write to a page since the last look, and its share of a look."""
    if kind == "log-start":
        return {"IO_INSTRUCTION": 1.0}
    exits = {"IO_INSTRUCTION": 1 / WRITTEN}
    if knobs["log"] == "fault":
        exits["EXCEPTION_NMI" if shadow else "EPT_VIOLATION"] = 1.0
    if knobs["log"] == "pml":
        exits["PML_FULL"] = 1 / 512
    return exits


def model(kind, mmu, knobs, spaces, stride, accessed):
    """(exits by reason per op, flushes executed, asked cr3, asked invlpg, touches)."""
    shadow = mmu == "spt"
    if kind == "hit":
        return {}, 0, 0, 0, 1
    if kind == "setup":
        return {"EXCEPTION_NMI" if shadow else "EPT_VIOLATION": 20.0}, 0, 0, 0, 9000
    if kind == "refill" and not shadow:  # set-up has filled the EPT
        return {}, 0, 0, 0, 1
    if kind in ("log-start", "round"):
        return log_exits(kind, knobs, shadow), 0, 0, 0, 1
    if kind in ("fill", "fill8", "refill", "sparse"):
        touches = 8 if kind == "fill8" else 1
        reason = "EXCEPTION_NMI" if shadow else "EPT_VIOLATION"
        more = stride / (2 << 20) * 0.25 if kind == "sparse" and shadow else 0
        exits = touches * fill_exits(knobs, shadow) + more
        return {reason: exits}, 0, int(kind == "fill8"), 0, touches
    if kind == "demand":
        if shadow and not accessed:
            return {"EXCEPTION_NMI": 3.0}, 0, 0, 0, 2
        exits = {"off": 2.0, "on": 1.5 if knobs["spt.sync"] == "unsync" else 1.0}
        return ({"EXCEPTION_NMI": exits[knobs["spt.filter"]]} if shadow else {}), 0, 0, 0, 2
    if kind == "switch":
        exits, flushes = switch_of(knobs, spaces) if shadow else ({}, 0)
        return exits, flushes, 1, 0, 8
    faults = {"churn": 2.0, "flip": 3.0, "edit": 2.0}[kind]
    if knobs["spt.sync"] == "trap":
        faults -= 1
    asked = 2 if kind == "flip" else 1
    exits = {"EXCEPTION_NMI": faults, "INVLPG": float(asked)}
    return (exits if shadow else {}), asked * int(shadow), 0, asked, 2


def shadow_bytes(tables, knobs):
    """Bytes of shadow tables for so many of the guest's."""
    held = tables * {"unsync": 4, "vtlb": 3, "trap": 5}[knobs["spt.sync"]] // 2
    bound = {"512k": 512 << 10, "1m": 1 << 20}.get(knobs["spt.memory"], held)
    return min(held, bound)


def sample(workload, params, phase, kind, mmu, knobs, repetition, unit):
    """One repetition of one phase, as [(counter, unit, value)]."""
    p = {k: int(v) for k, v in (x.split("=") for x in params.split())}
    pages = p.get("pages", p.get("spaces", 8) * 8)
    ops = {
        "exit": p.get("count", 0),
        "hit": p.get("touches", 0)
        or p.get("updates", 0)
        or p.get("steps", 0)
        or pages * p.get("passes", 1),
        "fill8": p.get("spaces", 0),
        "switch": p.get("spaces", 0) * p.get("rounds", 0),
        "round": p.get("rounds", 0) * WRITTEN,
        "log-start": 1,
        "setup": 1,
    }.get(kind, pages * p.get("rounds", 1))
    shadow = mmu == "spt"
    if kind == "exit":
        reason = "VMCALL" if workload == "hypercall" else "IO_INSTRUCTION"
        per_op, flushes, cr3, invlpg, touches = {reason: 1.0}, 0, 0, 0, 1
    else:
        per_op, flushes, cr3, invlpg, touches = model(
            kind, mmu, knobs, p.get("spaces", 1), p.get("stride", 4096), p.get("accessed", 1)
        )
    if kind == "setup" and not shadow and ("warm-up", "refill") in PHASES[workload]:
        per_op["EPT_VIOLATION"] += pages
    exits = {r: round(n * ops) for r, n in per_op.items() if round(n * ops)}
    host = repetition if ops > 5000 else 0  # differs between repetitions
    if host:
        exits["EXTERNAL_INTERRUPT"] = host
    noise = 0 if unit == "instructions" else 37 * repetition
    outside = {r: n * HANDLE[r] + noise for r, n in exits.items()}
    total = sum(exits.values()) - host
    host_tsc = outside["EXTERNAL_INTERRUPT"] if host else 0
    all_outside = sum(outside.values()) - host_tsc
    values = {name: 0 for name, _, _, _ in uapi.counters()}
    values.update(vm_exits=total, harness_exits=2, outside_tsc=all_outside)
    values.update(host_exits=host, host_tsc=host_tsc)
    fills = exits.get("EXCEPTION_NMI", 0) + exits.get("EPT_VIOLATION", 0)
    values.update(
        fault_fill=fills,
        guest_flush_cr3=cr3 * ops * shadow,
        guest_flush_invlpg=invlpg * ops * shadow,
        flush_invvpid_single=cr3 * flushes * ops,
        flush_invvpid_addr=invlpg * flushes * ops,
    )
    if knobs["vpid"] == "off":
        values["flush_transition"] = total
    tables = 4096 * (8 + pages // 512 + (pages * 2 if workload == "sparse-stride" else 0))
    values["table_bytes"] = shadow_bytes(tables, knobs) if shadow else tables
    if kind == "round":
        values.update(log_collect=p["rounds"], log_written=ops)
    values["table_bytes_peak"] = values["table_bytes"]
    values["table_pages"] = values["table_bytes"] // 4096
    rows = [(n, u if u != "tsc" else unit, values[n]) for n, _, u, _ in uapi.counters()]
    for reason in sorted(exits):
        rows.append(("exit." + reason, "exits", exits[reason]))
        rows.append(("outside_tsc." + reason, unit, outside[reason]))
        bucket = HANDLE[reason].bit_length() - 1
        tail = exits[reason] // 10
        for b, n in ((bucket, exits[reason] - tail), (bucket + 1, tail)):
            if n:
                rows.append(("outside_histogram.%s.%d" % (reason, b), "exits", n))
    asked = {"cr3": cr3 * ops, "invlpg": invlpg * ops, "invpcid": 0, "cr4": 0}
    rows += [
        ("ops", "operations", ops),
        ("tsc", unit, ops * touches * GUEST + all_outside + noise * ops // 100),
    ]
    rows += [("guest_asked_" + k, "flushes", v) for k, v in asked.items()]
    rows += [
        ("guest_untrapped_flushes", "flushes", 0 if shadow else (cr3 + invlpg) * ops),
        ("guest_table_bytes", "bytes", tables),
        ("guest_faults", "faults", 0),
    ]
    return rows


def knob_changes(add):
    """One knob changed, on workloads that feel it."""
    dense, log = BASE["dense-sequential"], BASE["dirty-log"]
    for word in ("8", "32"):
        add("dense-sequential", dense, "spt", spt_prefill=word)
    for word in ("8", "64", "512"):
        add("dense-sequential", dense, "ept", ept_fill=word)
    add("dense-sequential", dense, "ept", ept_ad="on")
    for word in ("1", "3", "16"):
        add("switch", BASE["switch"], "spt", spt_roots=word)
    add("switch", BASE["switch"], "spt", spt_pcid="off")
    add("demand-paging", BASE["demand-paging"], "spt", spt_filter="on")
    for word in ("512k", "1m"):
        add("sparse-stride", BASE["sparse-stride"], "spt", spt_memory=word)
    for mmu in ("ept", "spt"):
        add("dirty-log", log, mmu, log="fault")
        add("dense-sequential", dense.replace("4096", "2097152"), mmu)
        add("demand-paging", "pages=1024 accessed=0", mmu)
    for word in ("fault", "ad", "pml"):
        add("dirty-log", log, "ept", log=word, ept_ad="on")
    add("dirty-log", log, "spt", log="ad")
    add("dirty-log", log, "spt", log="fault", spt_sync="trap")
    for word in ("off", "on"):
        add(
            "dense-sequential",
            dense.replace("4096", "2097152"),
            "spt",
            backing="2m",
            spt_large=word,
        )


def experiments():
    """[(workload, params, mmu, knobs)] as a suite would list them."""
    found = []

    def add(workload, params, mmu, **knobs):
        word = {k: default for k, (_, default) in uapi.knobs().items()}
        word.update({k.replace("_", "."): v for k, v in knobs.items()})
        for knob in word:
            if "." in knob and not knob.startswith(mmu + "."):
                word[knob] = "-"
        found.append((workload, params, mmu, word))

    for workload, params in BASE.items():
        if workload == "dirty-log":
            continue
        add(workload, params, "ept")
        add(workload, params, "spt")
        add(workload, params, "spt", spt_sync="vtlb")
        add(workload, params, "spt", spt_sync="trap")
        add(workload, params, "spt", spt_sync="trap", spt_filter="on")
        add(workload, params, "ept", vpid="off")
        add(workload, params, "spt", vpid="off")
    knob_changes(add)
    for workload in ("dense-sequential", "random"):
        add(workload, BASE[workload], "ept", backing="2m")
        add(workload, BASE[workload], "ept", backing="2m", ept_leaf="2m")
    for mmu, sync in (("ept", "-"), ("spt", "unsync"), ("spt", "trap")):
        for shift in (12, 15, 18, 24, 27, 30):
            add("sparse-stride", "pages=256 stride=%d passes=8" % (1 << shift), mmu, spt_sync=sync)
    for mmu in ("ept", "spt"):
        for pages in (64, 256, 4096, 16384):
            add("random", "pages=%d updates=20000 seed=1" % pages, mmu)
            add("pointer-chase", "pages=%d steps=20000 seed=1" % pages, mmu)
        for spaces in (2, 4, 16, 32, 64):
            add("switch", "spaces=%d rounds=64 touches=8" % spaces, mmu)
    for spaces in (2, 4, 16, 32, 64):
        for sync in ("vtlb", "trap"):
            add("switch", "spaces=%d rounds=64 touches=8" % spaces, "spt", spt_sync=sync)
    return found


def kvm_experiments():
    """[(workload, params, mmu, knobs)] of the second engine."""
    log = {"ept": ("off", "fault", "pml"), "spt": ("off", "fault")}
    word = {k: default for k, (_, default) in uapi.knobs().items()}
    return [
        (workload, params, mmu, {**word, "log": way})
        for mmu in ("ept", "spt")
        for workload, params in BASE.items()
        for way in log[mmu]
        if (way == "off") == (workload != "dirty-log")
    ]


def rows_of(engine, unit):
    """Every row of an engine, field by field."""
    found = kvm_experiments() if engine == "kvm" else experiments()
    for repetition in range(1, REPETITIONS + 1):
        for workload, params, mmu, knobs in found:
            for phase, kind in PHASES[workload]:
                rows = sample(workload, params, phase, kind, mmu, knobs, repetition, unit)
                words = knobs
                if engine == "kvm":
                    rows = synthetic_kvm.sample(rows, mmu, unit)
                    words = synthetic_kvm.knobs_of(knobs)
                place = [workload, params, phase, CONDITION.get(kind, "change"), repetition]
                for row in rows:
                    yield [engine, mmu, *words.values(), *place, *row]


def write_results(path, unit):
    """Write results.csv."""
    with open(path, "w", newline="", encoding="utf-8") as out:
        csv_out = csv.writer(out, lineterminator="\n")
        csv_out.writerow(
            ["engine", "mmu"]
            + list(uapi.knobs())
            + ["workload", "params", "phase", "condition", "repetition", "counter", "unit", "value"]
        )
        for engine in ("hvbench", "kvm"):
            csv_out.writerows(rows_of(engine, unit))


def write(directory, unit="instructions"):
    """Write results.csv, environment.json and machine.json into DIRECTORY."""
    os.makedirs(directory, exist_ok=True)
    write_results(os.path.join(directory, "results.csv"), unit)
    machine = "emulated" if unit == "instructions" else "metal"
    with open(os.path.join(directory, "environment.json"), "w", encoding="utf-8") as out:
        json.dump(
            {
                "machine": machine,
                "kernel": "6.1.0-test",
                "cpu": "Synthetic CPU",
                "governor": "not available",
                "command": "hvbench suite synthetic",
                "commit": "0" * 40,
                "dirty": False,
                "date": "2000-01-01T00:00:00Z",
                "bochs": "not available",
                "code_lines": {"ept": 500, "spt": 1200},
                "kvm": synthetic_kvm.DESCRIPTION,
            },
            out,
            indent=2,
        )
    with open(os.path.join(directory, "machine.json"), "w", encoding="utf-8") as out:
        json.dump({"boot_seconds": 9.5}, out)
    with open(os.path.join(directory, "bench_seconds"), "w", encoding="utf-8") as out:
        out.write("250\n")
    proof = os.path.join(directory, "proof-in")
    os.makedirs(proof, exist_ok=True)
    for name, text in PROOF.items():
        with open(os.path.join(proof, name), "w", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    write(sys.argv[1], "cycles" if sys.argv[2:] == ["metal"] else "instructions")
