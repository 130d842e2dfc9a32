# SPDX-License-Identifier: GPL-2.0
"""The made-up rows of engine kvm in a made-up run folder; see synthetic.py.

KVM does what ours does and takes three times as long outside the guest. It
exits twice for a fault under shadow paging, executes twice as many flushes and
one more, and has a quarter less shadow tables.
"""

# Those of our counters that KVM can tell of, and its own.
TOLD = (
    *("ops", "tsc", "vm_exits", "harness_exits", "fault_fill", "fault_emulate", "inject_pf"),
    *("host_exits", "host_tsc"),
    *("flush_invept_single", "flush_invept_all", "flush_invvpid_addr", "flush_invvpid_single"),
    *("flush_invvpid_all", "flush_transition", "guest_flush_invlpg", "spt_zap", "spt_evict"),
    *("table_pages", "guest_asked_cr3", "guest_asked_invlpg", "guest_asked_invpcid"),
    *("guest_asked_cr4", "guest_table_bytes", "guest_faults"),
)
KNOBS = ("backing", "populate", "vpid", "la57", "log")
HOST = "EXTERNAL_INTERRUPT"
DESCRIPTION = {
    "ept": {"module": "kvm_intel", "parameters": {"ept": "Y", "pml": "Y"}},
    "spt": {"module": "kvm_intel", "parameters": {"ept": "N", "pml": "N"}},
    "flush_counts": "functions",
    "exit_reasons": True,
}


def knobs_of(knobs):
    """The knobs of a row: KVM has not all of them."""
    return {k: v if k in KNOBS else "-" for k, v in knobs.items()}


def sample(rows, mmu, unit):
    """One repetition of one phase, from ROWS of ours: [(counter, unit, value)]."""
    ours = {counter: value for counter, _, value in rows}
    values = {c: ours[c] for c in TOLD}
    exits = {c[5:]: v for c, v in ours.items() if c.startswith("exit.")}
    if "EXCEPTION_NMI" in exits:
        exits["EXCEPTION_NMI"] *= 2
    outside = sum(v for c, v in ours.items() if c.startswith("outside_tsc.") and HOST not in c)
    values["tsc"] += 2 * outside
    values["vm_exits"] = sum(exits.values()) - exits.get(HOST, 0)
    for counter in [c for c in TOLD if c.startswith("flush_")]:
        values[counter] *= 2
    values["flush_invvpid_all"] += 1
    if mmu == "spt":
        values["table_pages"] = values["table_pages"] * 3 // 4
    units = {counter: word for counter, word, _ in rows}
    told = [(c, units[c], v) for c, v in values.items()]
    told += [("exit." + reason, "exits", v) for reason, v in sorted(exits.items())]
    return told + [("kvm.tlb_flush", "flushes", values["flush_invvpid_all"])]
