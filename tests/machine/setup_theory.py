# SPDX-License-Identifier: GPL-2.0
"""What a workload's set-up costs: the phases of condition "setup".

Under EPT that is one violation for each frame touched for the first time: the
pages of the guest's image, the page tables that it makes, the data that it
prepares. Under shadow paging the number of fills depends on where frames lie
in the guest's own map of memory; there each exit must have its cause.
"""
import os
import struct

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = 4096

# The parameter page and the mailbox.
SHARED_PAGES = 2
# Touched before the phase begins: PML4, PDPT, page directory and page table of
# the boot tables, the pages of entry code, doorbell and strings, stack, mailbox.
BEFORE = 9
# Page tables in the image: PML4, PDPT, four page directories, a page table.
BOOT_TABLES = 7
# Pieces of a large page that a fault of shadow paging fills at once.
GROUP = 8


def image_pages(workload):
    """Pages of the guest's image, from the program headers of its ELF file."""
    path = os.path.join(TOP, "build", "guests", workload + ".elf")
    with open(path, "rb") as file:
        elf = file.read()
    (at,) = struct.unpack_from("<Q", elf, 32)
    size, number = struct.unpack_from("<HH", elf, 54)
    pages = 0
    for header in range(at, at + size * number, size):
        kind, _, _, _, gpa, _, bytes_ = struct.unpack_from("<IIQQQQQ", elf, header)
        if kind == 1:
            pages += (gpa % PAGE + bytes_ + PAGE - 1) // PAGE
    return pages


def data_pages(run):
    """Frames of data that set-up writes."""
    p = {name: int(value) for name, value in run["params"].items()}
    return {
        "pointer-chase": lambda: -(-4 * p["pages"] // PAGE),
        "demand-paging": lambda: 0 if p["fresh"] else p["pages"],
        "churn": lambda: p["pages"],
        "mprotect": lambda: p["pages"],
        "accessed-scan": lambda: p["pages"],
        "pte-edit": lambda: 2 * p["pages"] + (p["over"] if p["loads"] else 0),
        "switch": lambda: p["spaces"] * p["touches"],
        "fork": lambda: 2 * p["pages"] + -(-p["pages"] // PAGE),
        "kpti": lambda: p["user"] + p["kernel"],
        "mixed": lambda: 2 * p["pages"],
        "allocate": lambda: p["table"],
        "serve": lambda: p["kernel"],
        "pte-write": lambda: p["pages"],
        "fault": lambda: p["pages"],
        # The smoke suite's 16M of memory fit into a bitmap of one page.
        "dirty-log": lambda: p["pages"] + p["rounds"],
    }.get(run["workload"], lambda: 0)()


def frames(run, counters):
    """Frames that are touched for the first time while the workload sets up."""
    tables = counters["guest_table_bytes"] // PAGE - BOOT_TABLES
    return image_pages(run["workload"]) + SHARED_PAGES - BEFORE + tables + data_pages(run)


def asks_cpuid(run):
    """PCIDs and pages of 1G are looked for before they are used."""
    return int(run["params"].get("pcid", 0)) or run["params"].get("page") == str(1 << 30)


def violations(n, group):
    """n violations that fill a group of entries each."""
    term = {"exit.EPT_VIOLATION": n, "fault_fill": n, "ept_fill_4k": n * group}
    if group > 1:
        term["ept_fill_around"] = n * (group - 1)
    return term


def under_ept(run, counters):
    """[possible counts]: one, but for groups whose first and last may be cut."""
    group, n = int(run["ept.fill"]), frames(run, counters)
    if run["ept.leaf"] == "2m":
        # Two leaves hold all of it, and both were filled before the phase.
        numbers = [0]
    elif group == 1:
        numbers = [n]
    else:
        numbers = range(1, n // group + 2)
    found = [violations(number, group) for number in numbers]
    for term in found:
        term["guest_faults"] = counters["guest_faults"]
        if asks_cpuid(run):
            term["exit.CPUID"] = 1
    return found


def causes_missing(run, counters):
    """Under shadow paging: what is wrong with the counts, in words, or None."""

    def total(*prefixes):
        return sum(n for name, n in counters.items() if name.startswith(prefixes))

    expected = {
        "exit.EXCEPTION_NMI": total("fault_"),
        "exit.CR_ACCESS": total("spt_root_hit", "spt_root_miss"),
        "exit.INVLPG": total("guest_flush_invlpg"),
        "exit.CPUID": int(bool(asks_cpuid(run))),
    }
    for name, n in expected.items():
        if counters.get(name, 0) != n:
            return "%s is %d, its causes are %d" % (name, counters.get(name, 0), n)
    own = sum(counters.get(name, 0) for name in expected)
    if counters["vm_exits"] != own:
        return "%d exits, of which %d are known" % (counters["vm_exits"], own)
    least = -(-frames(run, counters) // GROUP)
    if counters["fault_fill"] < least:
        return "%d fills, where %d is the least" % (counters["fault_fill"], least)
    return None
