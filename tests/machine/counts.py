#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Holds the counts of a smoke suite against theory, exactly.

counts.py RESULTS.CSV

For every phase the theory says how many VM exits of which reason, faults of
which kind, fills and flushes there are; everything that it does not name must
be 0. The host's own exits (its interrupts) are no part of it, and are in no counter
but their own. What each term stands for is said where it is written.
"""
import csv
import sys

sys.dont_write_bytecode = True

import setup_theory  # pylint: disable=wrong-import-position

HOST = ("exit.EXTERNAL_INTERRUPT", "exit.PREEMPTION_TIMER")
# Settled by theory; other counters (spt_sync_entry, table bytes, TSC) are not.
PREFIXES = ("exit.", "fault_", "flush_", "ept_fill_", "guest_flush_", "spt_root_", "inject_pf")
NAMED = ("guest_faults", "log_collect")
# An address is flushed when its page turns out to be a page table and loses its
# writable mapping; several at one entry are one flush of the VPID. How many of the
# tables' own mappings exist depends on the runtime, so that these are only
# bounded, see flushes_bounded().
BOUNDED = ("flush_invvpid_addr", "flush_invvpid_single")


def add(*terms):
    total = {}
    for term in terms:
        for name, n in term.items():
            total[name] = total.get(name, 0) + n
    return total


def faults(n, kind):
    """n shadow faults of a kind: each is an exit for #PF."""
    return {"exit.EXCEPTION_NMI": n, "fault_" + kind: n}


def fills(n):
    return faults(n, "fill")


def injected(n):
    """The guest's own faults, which shadow paging sees first and injects."""
    return add(faults(n, "guest"), {"inject_pf": n})


def param(run, name):
    return int(run["params"][name])


def sync(run):
    return "ept" if run["mmu"] == "ept" else run["spt.sync"]


def choose(run, **terms):
    """The term of the run's strategy; those that are left out take nothing."""
    return terms.get(sync(run), {})


def written(run, n, opened=1):
    """n writes to tables that are shadowed, and were not open before.

    unsync: the first write to a table opens it until the next flush. trap:
    each is an exit, emulated. vtlb: nobody looks.
    """
    return choose(run, unsync=faults(opened, "track"), trap=faults(n, "emulate"))


def invlpg(run, n):
    """Native where no table can be open."""
    term = {"exit.INVLPG": n, "guest_flush_invlpg": n}
    return choose(run, unsync=term, vtlb=term)


def keeps_roots(run):
    return sync(run) != "vtlb" and int(run["spt.roots"]) > 1


def loads(run, n, hits):
    """n loads of CR3, of which some find their root."""
    if run["mmu"] == "ept":
        return {}
    if not keeps_roots(run):
        hits = 0
    term = {"exit.CR_ACCESS": n, "spt_root_hit": hits, "spt_root_miss": n - hits}
    if not int(run["params"].get("pcid", 0)):
        term["guest_flush_cr3"] = n
    if run["spt.roots"] == "1" and sync(run) != "vtlb":
        term["spt_root_evict"] = n
    # A kept root has a PCID of its own: the CPU may keep what it knows of both.
    if not keeps_roots(run) or run["spt.pcid"] == "off":
        term["flush_invvpid_single"] = n
    return term


def reload(run):
    """One load of the same CR3 at the end of a phase.

    What was open is compared then, and what it showed is flushed. Without kept
    roots the page of hot code, the stack and the mailbox come back.
    """
    return add(loads(run, 1, 1), choose(run, unsync={"flush_invvpid_single": 1}, vtlb=fills(3)))


def around(run, n):
    """ept.fill: groups of pages; those at both ends may hold known pages."""
    group = int(run["ept.fill"])

    def term(groups):
        return {
            "exit.EPT_VIOLATION": groups,
            "fault_fill": groups,
            "ept_fill_4k": groups * group,
            "ept_fill_around": groups * (group - 1),
        }

    return [term(groups) for groups in (n // group - 1, n // group)]


def pieces(run, n):
    """n pages of large ones, copied in pieces: aligned groups, but for far strides."""
    group = 1 if run["workload"] == "sparse-stride" else max(8, int(run["spt.prefill"]))
    return fills(-(-n // group))


def first_touch(run, n):
    if run["mmu"] == "ept":
        # A 2M leaf covers all of the few pages; the runtime touched it before.
        if run["ept.leaf"] == "2m":
            return {}
        if run["ept.fill"] != "1":
            return around(run, n)
        return {"exit.EPT_VIOLATION": n, "fault_fill": n, "ept_fill_4k": n}
    if run["spt.large"] == "on" and run["params"].get("page") == str(2 << 20):
        # One large leaf; and the guest's map of all memory loses that around
        # the new page table, which must become read-only alone.
        return add(fills(1), {"flush_invvpid_single": 1})
    if int(run["params"].get("page", 4096)) > 4096:
        return pieces(run, n)
    return fills(n)


def vtlb_groups(run, term, least, most):
    """vtlb: what is gone of the runtime's own map of memory comes back.

    That is least to most faults: the map is made of large pages, of which 8
    pieces come back at once. Where the frames lie is the image's affair.
    """
    return [add(term, choose(run, vtlb=fills(k))) for k in range(least, most + 1)]


def nothing(run, n):
    return {}


def refill(run, n):
    return {} if run["mmu"] == "ept" else fills(n)


def demand(run, n):
    """A fault for the guest, the write to its table, the fill.

    The first page's table is not shadowed yet when its entry is written: one
    write less is seen, one fill more is needed, one fault can't be filtered.
    unsync opens the table, and what is open can't be filtered either.
    """
    accessed = int(run["params"].get("accessed", 1))
    filtered = run["spt.filter"] == "on" and sync(run) == "trap"
    return add(
        {"guest_faults": n},
        refill(run, 0) if run["mmu"] == "ept" else injected(1 if filtered else n),
        choose(run, vtlb=fills(n), unsync=fills(n), trap=fills(1 if accessed else n)),
        written(run, n - 1),
    )


def churn(run, n):
    # The very first entry is written before its table is shadowed.
    return add(refill(run, n), written(run, 2 * n - 1), invlpg(run, n))


def flip(run, n):
    # Read-only and INVLPG; the write's fault; the handler's write, the fill.
    return add(
        {"guest_faults": n},
        {} if run["mmu"] == "ept" else injected(n),
        choose(run, vtlb=fills(n), unsync=fills(n)),
        written(run, 2 * n),
        invlpg(run, n),
    )


def edit(run, n):
    # With the new entry's A bit set, unsync rewrites its copy at the INVLPG.
    return add(choose(run, vtlb=fills(n)), written(run, n), invlpg(run, n))


def switch(run, n, first):
    touches = param(run, "touches")
    if run["mmu"] == "ept":
        return {}
    if not keeps_roots(run):
        # Everything is gone after a switch: the pages, the page of the loop's
        # code and that of its stack come back; once at the end the mailbox.
        return add(loads(run, n, 0), fills(n * (touches + 2) + 1))
    # One fault more than pages: the shared tables of the runtime are linked.
    return add(loads(run, n, 0 if first else n), fills(n * (touches + 1)) if first else {})


def fork(run, n):
    # The parent's table is open since the round before, the child's too.
    return add(choose(run, trap=faults(2 * n, "emulate")), reload(run))


def copied(run, n):
    """The fault, two writes with INVLPG between, and the fill of the copy."""
    return add(
        {"guest_faults": n},
        {} if run["mmu"] == "ept" else injected(n),
        choose(run, unsync=fills(n), vtlb=fills(n)),
        written(run, 2 * n),
        invlpg(run, n),
    )


def child_write(run, n):
    # vtlb: the way to the child's entry (PML4, PDPT, PD, PT), and owners[].
    return vtlb_groups(run, copied(run, n), 1, 5)


def parent_write(run, n):
    # Made writable by one write, no INVLPG. vtlb: as the child, but for the
    # PML4, which is part of the image; the frames beside may have come with
    # those that are touched before.
    term = add(
        {"guest_faults": n},
        {} if run["mmu"] == "ept" else injected(n),
        choose(run, unsync=fills(n), vtlb=fills(n)),
        written(run, n),
    )
    return vtlb_groups(run, term, 0, 4)


def child_start(run, n):
    # vtlb: the guest's map of both frames of each page, and the way there.
    pages = param(run, "pages")
    return vtlb_groups(run, loads(run, 1, 1), 2, 2 * pages + 12)


def parent_resume(run, n):
    # vtlb: the child's pages that were not written, and all of the parent's.
    pages = param(run, "pages")
    return vtlb_groups(run, loads(run, 1, 1), pages, 4 * pages + 12)


def fork_exit(run, n):
    # The child's table is open since the phase child-write: the parent's root
    # does not reach it.
    return vtlb_groups(run, choose(run, trap=faults(n, "emulate")), 1, 4)


def clear(run, n):
    return add(written(run, n), invlpg(run, n) if param(run, "flush") else reload(run))


def scan(run, n):
    # vtlb, after the CR3 load: the tables on the way, PDPT, PD and PT.
    return {} if param(run, "flush") else vtlb_groups(run, {}, 1, 3)


def fresh(run, n):
    """n pages for the handler to map, in frames that nobody touched before.

    The table is shadowed when its first entry is written only if a page of it was
    touched already: the pages of the workload's table are.
    """
    early = 0 if param(run, "table") else 1
    return add(
        {"guest_faults": n},
        first_touch(run, n) if run["mmu"] == "ept" else injected(n),
        choose(run, vtlb=fills(n), unsync=fills(n), trap=fills(early)),
        written(run, n - early),
    )


def allocate(run, n):
    """n pages taken away, and as many mapped again, by bursts with one flush each."""
    bursts = n // param(run, "burst")
    by_address = param(run, "flush")
    term = add(
        {"guest_faults": n},
        {} if run["mmu"] == "ept" else injected(n),
        choose(run, vtlb=fills(n), unsync=fills(n)),
        # INVLPG leaves the table open that was opened in the phase fill.
        written(run, 2 * n, 0 if by_address else bursts),
    )
    if by_address:
        return add(term, invlpg(run, n))
    # What was open is compared, and flushed. vtlb: the pages that are loaded from, and
    # what the runtime needs for a fault come back after each load of CR3.
    term = add(term, loads(run, bursts, bursts))
    term = add(term, choose(run, unsync={"flush_invvpid_single": bursts}))
    mapped = param(run, "pages") + param(run, "table") - param(run, "burst")
    return vtlb_groups(run, term, 3 * bursts, (mapped + 14) * bursts)


def request(run, n, first):
    """Two loads of CR3. The first writes the kernel's pages after it read them.

    There the runtime's shared tables are linked once. vtlb: hot code and stack on
    both sides, the kernel's pages, one page of the table, one of values; the mailbox.
    """
    kernel = param(run, "kernel")
    if run["mmu"] == "ept":
        return {}
    if keeps_roots(run):
        return add(loads(run, 2 * n, 2 * n - first), fills(2 * kernel + 1) if first else {})
    again = kernel if first else 0
    return add(loads(run, 2 * n, 0), fills(n * (kernel + 6) + 1 + again))


def touched(run, n):
    return add(first_touch(run, n), reload(run))


def rewritten(run, n):
    # vtlb: the guest's map of the page table, gone with the CR3 load before.
    return add(written(run, n), choose(run, vtlb=fills(1)))


def emptied(run, n):
    return choose(run, trap=faults(n, "emulate"))


def filled_ahead(run, n):
    # unsync gave the empty table up at the CR3 load before: its frame is one like others.
    return choose(run, unsync=fills(1), vtlb=fills(1), trap=faults(n, "emulate"))


def file_groups(run):
    return -(-param(run, "pages") // param(run, "around"))


def file_read(run, n, rounds, unmapped):
    """Faults by groups, writes and fills by pages.

    The first group's table is not shadowed yet in the first round. unsync opens
    it once a round, and finds it given up when a round follows one that ended.
    """
    groups = file_groups(run) * rounds
    early = min(param(run, "around"), param(run, "pages")) if unmapped else 0
    writes = 2 * n if unmapped else n
    term = add(
        {"guest_faults": groups},
        {} if run["mmu"] == "ept" else injected(groups),
        choose(
            run,
            vtlb=fills(n),
            unsync=add(fills(n + rounds - bool(unmapped)), faults(rounds, "track")),
            trap=add(fills(early), faults(writes - early, "emulate")),
        ),
    )
    if not unmapped:
        return vtlb_groups(run, term, 0, 6)
    term = add(term, loads(run, rounds, rounds))
    term = add(term, choose(run, unsync={"flush_invvpid_single": rounds}))
    return vtlb_groups(run, term, 3 * rounds, 12 * rounds)


def page_fault(run, n):
    return file_read(run, n, param(run, "rounds"), True)


def forbidden(run, n):
    return add({"guest_faults": n}, {} if run["mmu"] == "ept" else injected(n))


def kpti(run, n, first):
    """Two loads a call and one to leave user mode.

    User side: its pages, its code, descriptors, stack and trampoline. Kernel
    side: its pages, stack and trampoline. The way back from user mode to the
    mailbox takes up to 12 pages where all is gone.
    """
    user, kernel = param(run, "user"), param(run, "kernel")
    if run["mmu"] == "ept":
        return {}
    if not param(run, "isolated"):
        # One table: the user's code and pages and the kernel's, once.
        return fills(1 + user + kernel) if first else {}
    if keeps_roots(run):
        # First the user's pages and code on either side, the kernel's pages,
        # and what the user's side has of the kernel, the stack twice: it is
        # read before it is written for the first time.
        once = fills(2 * (user + 1) + kernel + 4) if first else {}
        return add(loads(run, 2 * n + 1, 2 * n + (0 if first else 1)), once)
    term = add(loads(run, 2 * n + 1, 0), fills(n * (user + kernel + 6) + first))
    return [add(term, fills(back)) for back in range(3, 13)]


def protect(run, n):
    # The table is open since the phase start.
    return add(choose(run, trap=faults(n, "emulate")), reload(run))


def copy(run, n):
    # vtlb: each page is read before it is written, and the kernel's map of
    # both frames is gone, in groups of 8 in a row, as are the tables on the way.
    groups = 2 * ((n + 14) // 8)
    return vtlb_groups(run, add(copied(run, n), choose(run, vtlb=fills(n))), 1, groups + 3)


def mixed_scan(run, n):
    # The table is open since the phase copy. vtlb: code, data and stack of the
    # loop and the tables on the way come back beside reload()'s pages.
    term = add(
        choose(run, trap=faults(n, "emulate")),
        reload(run),
        refill(run, param(run, "working-set")),
    )
    return vtlb_groups(run, term, 2, 6)


def read_back(run, n):
    # vtlb: what is read through both maps, in groups, and the way there.
    return vtlb_groups(run, {}, 1, 2 * n + 12)


def unmap(run, n):
    return add(written(run, n), invlpg(run, n))


def log_flush(run, n):
    return {"flush_invept_single" if run["mmu"] == "ept" else "flush_invvpid_single": n}


def logged(run, n):
    if run["log"] != "fault":
        return {}
    return {"exit.EPT_VIOLATION" if run["mmu"] == "ept" else "exit.EXCEPTION_NMI": n, "fault_log": n}


def log_start(run, n):
    # The stack and the mailbox.
    return add({"exit.IO_INSTRUCTION": 1}, logged(run, 2), log_flush(run, 1))


def log_round(run, n):
    rounds = param(run, "rounds")
    return add(
        {"exit.IO_INSTRUCTION": rounds, "log_collect": rounds},
        logged(run, n + rounds + 1),
        log_flush(run, rounds),
    )


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
    ("reach", "first-touch"): first_touch,
    ("reach", "access"): nothing,
    ("demand-paging", "demand"): demand,
    ("demand-paging", "again"): nothing,
    ("churn", "churn"): churn,
    ("mprotect", "warm-up"): refill,
    ("mprotect", "flip"): flip,
    ("pte-edit", "warm-up"): refill,
    ("pte-edit", "edit"): edit,
    ("switch", "first-round"): lambda run, n: switch(run, n, True),
    ("switch", "switch"): lambda run, n: switch(run, n, False),
    ("fork", "fork"): fork,
    ("fork", "child-write"): child_write,
    ("fork", "parent-write"): parent_write,
    ("fork", "child-start"): child_start,
    ("fork", "parent-resume"): parent_resume,
    ("fork", "exit"): fork_exit,
    ("accessed-scan", "clear"): clear,
    ("accessed-scan", "touch"): refill,
    ("accessed-scan", "scan"): scan,
    ("kpti", "first-calls"): lambda run, n: kpti(run, n, True),
    ("kpti", "call"): lambda run, n: kpti(run, n, False),
    ("allocate", "fill"): fresh,
    ("allocate", "churn"): allocate,
    ("serve", "fill"): first_touch,
    ("serve", "first-request"): lambda run, n: request(run, n, True),
    ("serve", "request"): lambda run, n: request(run, n, False),
    ("pte-write", "touch"): touched,
    ("pte-write", "same-value"): rewritten,
    ("pte-write", "present-to-not-present"): emptied,
    ("pte-write", "flush"): lambda run, n: reload(run),
    ("pte-write", "not-present-to-present"): filled_ahead,
    ("fault", "page-fault"): page_fault,
    ("fault", "read"): lambda run, n: file_read(run, n, 1, False),
    ("fault", "protection-fault"): forbidden,
    ("mixed", "start"): demand,
    ("mixed", "work"): nothing,
    ("mixed", "protect"): protect,
    ("mixed", "copy"): copy,
    ("mixed", "read-back"): read_back,
    ("mixed", "scan"): mixed_scan,
    ("mixed", "unmap"): unmap,
    ("dirty-log", "start"): log_start,
    ("dirty-log", "round"): log_round,
}


def with_flushes(run, expected):
    """Without VPID every transition flushes; nothing else is left to do."""
    expected = {name: n for name, n in expected.items() if n}
    if run["vpid"] == "on":
        return expected
    expected = {name: n for name, n in expected.items() if not name.startswith("flush_")}
    exits = sum(n for name, n in expected.items() if name.startswith("exit."))
    if exits:
        expected["flush_transition"] = exits
    return expected


def flushes_bounded(run, got, expected):
    """INVVPID: what theory has of the VPID, what was taken away, and write protections."""
    due = expected.get("flush_invvpid_single", 0)
    n = sum(got.get(name, 0) for name in BOUNDED) - due
    if run["mmu"] == "ept" or run["vpid"] == "off":
        return n == 0 and due == 0
    asked = expected.get("guest_flush_invlpg", 0)
    least = asked if run["workload"] in ("churn", "mprotect", "pte-edit") else 0
    most = asked + expected.get("fault_emulate", 0) + 4
    if run["phase"] in ("first-round", "first-calls") or run["workload"] == "sparse-stride":
        # New tables in every operation, each of them mapped before.
        most += 2 * expected.get("fault_fill", 0)
    return least <= n <= most and due <= got.get("flush_invvpid_single", 0)


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


def exits_add_up(counters):
    """Each exit has one reason; the host's are not among vm_exits."""
    by_reason = {name: n for name, n in counters.items() if name.startswith("exit.")}
    hosts = sum(by_reason.pop(name, 0) for name in HOST)
    return sum(by_reason.values()) == counters["vm_exits"] and hosts == counters["host_exits"]


def describe(run):
    """The phase, its knobs that matter and are not the default, and parameters."""
    default = {"spt.roots": "256", "spt.pcid": "on", "ept.fill": "1", "vpid": "on"}
    names = ("vpid", "log", "ept.leaf", "ept.fill", "spt.pcid", "spt.filter", "spt.large", "spt.roots")
    words = ["%s.%s" % (run["workload"], run["phase"]), sync(run)]
    words += [
        "%s=%s" % (name, run[name])
        for name in names
        if run[name] not in ("-", "4k", default.get(name, "off"))
    ]
    words += [
        "%s=%s" % (name, run["params"][name])
        for name in ("accessed", "around", "flush", "isolated", "lines", "page", "pcid", "random")
        if name in run["params"]
    ]
    return " ".join(words) + " #%s" % run["repetition"]


def settled(counters):
    return {
        name: n
        for name, n in counters.items()
        if n
        and name not in BOUNDED
        and name not in HOST
        and (name.startswith(PREFIXES) or name in NAMED)
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
        where = describe(run)
        if not exits_add_up(counters):
            report(False, "%s: vm_exits and host_exits are the sums of exits by reason" % where)
        if run["phase"] == "setup" and run["mmu"] == "spt":
            wrong = setup_theory.causes_missing(run, counters)
            report(not wrong, "%s: each exit has its cause%s" % (where, wrong and ": " + wrong or ""))
            continue
        theory = THEORY.get((run["workload"], run["phase"]))
        if run["phase"] == "setup":
            answers = setup_theory.under_ept(run, counters)
        elif not theory:
            report(False, "%s: no theory is written for this phase" % where)
            continue
        else:
            answers = theory(run, counters["ops"])
        answers = answers if isinstance(answers, list) else [answers]
        answers = [with_flushes(run, answer) for answer in answers]
        got = settled(counters)
        answer = next((answer for answer in answers if settled(answer) == got), answers[0])
        expected = settled(answer)
        report(got == expected, "%s: %s" % (where, expected or "no exits, faults or flushes"))
        if got != expected:
            print("#   got %s" % got)
        report(
            flushes_bounded(run, counters, answer),
            "%s: %d flushes by address and %d by VPID are what is due"
            % (where, *(counters.get(name, 0) for name in BOUNDED)),
        )
    missing = set(THEORY) - {(run["workload"], run["phase"]) for run, _ in runs}
    missing |= {
        (run["workload"], "no set-up")
        for run, _ in runs
        if not any(r["phase"] == "setup" and r["workload"] == run["workload"] for r, _ in runs)
    }
    report(not missing, "every phase of the theory was run%s" % (missing or ""))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
