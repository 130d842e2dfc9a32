# SPDX-License-Identifier: GPL-2.0
"""results.csv, read and checked.

load() turns the tidy rows into samples: one dictionary of counters for every
repetition of every condition. Everything after it works on samples. A file
that is damaged, cut short or of another layout is refused with one sentence
(ResultsError); nothing is guessed and nothing is skipped.
"""
import collections
import csv
import io
import os
import re

import environment
from conditions import DECLARED

# The columns that every results.csv has; those between mmu and workload are knobs.
BEFORE = ["engine", "mmu"]
AFTER = [
    *("workload", "params", "phase", "condition"),
    *("repetition", "counter", "unit", "value"),
]

# Without these no line of the report can be computed, and nothing be held against KVM.
NEEDED = ["ops", "tsc", "vm_exits", "guest_table_bytes"]
NEEDED_OF_OURS = ["outside_tsc", "table_bytes", "table_pages"]
TSC_UNITS = ("instructions", "cycles")
MMUS = ("ept", "spt")
ENGINE, KVM = "hvbench", "kvm"

Condition = collections.namedtuple("Condition", "engine mmu knobs workload params phase")


def name_of(workload, phase):
    """How a phase of a workload is called in every picture and table."""
    return workload if phase == workload else "%s: %s" % (workload, phase)


class ResultsError(Exception):
    """results.csv cannot be used; the text is one sentence that says why."""


class Results:
    """All samples of a run, in the order of the file."""

    def __init__(self, knob_names):
        self.knob_names = knob_names
        self.samples = {}  # Condition -> {repetition: {counter: value}}
        self.declared = {}  # (workload, phase) -> what its guest says that it measures
        self.tsc_unit = None

    @property
    def emulated(self):
        """In emulation a TSC difference is a count of instructions."""
        return self.tsc_unit == "instructions"

    def conditions(self, **wanted):
        """The conditions whose named fields have the given values."""
        return [
            c
            for c in self.samples
            if all(getattr(c, field) == value for field, value in wanted.items())
        ]

    def of(self, condition):
        """The samples of a condition, by repetition."""
        by_repetition = self.samples[condition]
        return [by_repetition[r] for r in sorted(by_repetition)]


def writer_of(folder):
    """Which hvbench made the run folder, in words, as far as its environment.json says."""
    values = environment.read_json(os.path.join(folder, "environment.json"))
    described = values.get("vmx")
    version = described.get("uapi_version") if isinstance(described, dict) else None
    words = ["commit %s" % str(values["commit"])[:12]] if values.get("commit") else []
    words += ["module interface %s" % version] if version is not None else []
    return " (%s)" % ", ".join(words) if words else ""


def check_header(header, name, folder):
    """Return the knob columns, or refuse the layout."""
    if [c for c in BEFORE + AFTER if c not in header] == ["condition"]:
        raise ResultsError(
            "%s has no column 'condition': the hvbench that wrote it%s is older than this one, "
            "and its guests did not say what a phase measures. Measure again with make bench, or "
            "use the scripts/report of that version" % (name, writer_of(folder))
        )
    for column in BEFORE + AFTER:
        if column not in header:
            raise ResultsError(
                "%s has no column '%s': it is not a results file of hvbench, "
                "or of another version" % (name, column)
            )
    doubled = [c for c, n in collections.Counter(header).items() if n > 1]
    if doubled:
        raise ResultsError("%s has the column '%s' twice" % (name, doubled[0]))
    first, last = header.index("mmu") + 1, header.index("workload")
    knob_names = header[first:last]
    strangers = set(header) - {*BEFORE, *AFTER, *knob_names}
    if strangers:
        raise ResultsError(
            "%s has columns that mean nothing here: %s" % (name, ", ".join(sorted(strangers)))
        )
    return knob_names


def check_samples(results, name):
    """Every sample of an engine must hold the same plain counters: a cut file does not."""
    if not results.samples:
        raise ResultsError("%s holds a header and no rows: the run measured nothing" % name)
    if results.tsc_unit is None:
        raise ResultsError(
            "%s has no 'tsc' in %s: nothing says what a TSC difference is"
            % (name, " or ".join(TSC_UNITS))
        )
    plain = {}
    for condition, by_repetition in results.samples.items():
        for repetition, sample in by_repetition.items():
            where = "%s %s %s, phase %s, repetition %d" % (
                condition.engine,
                condition.mmu,
                condition.workload,
                condition.phase,
                repetition,
            )
            ours = NEEDED_OF_OURS if condition.engine == ENGINE else []
            for counter in NEEDED + ours:
                if counter not in sample:
                    raise ResultsError(
                        "%s has no '%s' for %s: the file is cut short or "
                        "damaged" % (name, counter, where)
                    )
            if sample["ops"] == 0:
                raise ResultsError("%s: %s reports 0 operations" % (name, where))
            counters = frozenset(c for c in sample if "." not in c)
            known = plain.setdefault(condition.engine, counters)
            if counters != known:
                raise ResultsError(
                    "%s has other counters for %s than for the rows before "
                    "(%s): the file is cut short or damaged"
                    % (name, where, ", ".join(sorted(counters ^ known)[:4]))
                )


def declare(results, place, condition, where):
    """A phase of a workload measures the same in all rows."""
    if condition not in DECLARED:
        raise ResultsError(
            "%s: unknown condition '%s' (%s are known)" % (where, condition, ", ".join(DECLARED))
        )
    if results.declared.setdefault(place, condition) != condition:
        raise ResultsError(
            "%s: phase %s of %s is '%s', above it was '%s'"
            % (where, place[1], place[0], condition, results.declared[place])
        )


def read_rows(reader, header, results, name):
    """Collect every row of READER into RESULTS."""
    at = {column: index for index, column in enumerate(header)}
    knob_at = [at[k] for k in results.knob_names]
    number = re.compile(r"[0-9]+\Z")
    for row in reader:
        line = reader.line_num
        if len(row) != len(header):
            raise ResultsError(
                "%s line %d has %d fields where the header has %d: the file is "
                "cut short or damaged" % (name, line, len(row), len(header))
            )
        if row[at["mmu"]] not in MMUS:
            raise ResultsError(
                "%s line %d: unknown mmu '%s' (ept and spt are known)"
                % (name, line, row[at["mmu"]])
            )
        for column in ("value", "repetition"):
            if not number.match(row[at[column]]):
                raise ResultsError(
                    "%s line %d: %s '%s' is not an unsigned number"
                    % (name, line, column, row[at[column]])
                )
        condition = Condition(
            row[at["engine"]],
            row[at["mmu"]],
            tuple(zip(results.knob_names, (row[i] for i in knob_at))),
            row[at["workload"]],
            row[at["params"]],
            row[at["phase"]],
        )
        declare(
            results,
            (condition.workload, condition.phase),
            row[at["condition"]],
            "%s line %d" % (name, line),
        )
        counter, unit = row[at["counter"]], row[at["unit"]]
        sample = results.samples.setdefault(condition, {}).setdefault(
            int(row[at["repetition"]]), {}
        )
        if counter in sample:
            raise ResultsError(
                "%s line %d: '%s' appears twice for the same repetition" % (name, line, counter)
            )
        sample[counter] = int(row[at["value"]])
        if counter == "tsc":
            if unit not in TSC_UNITS:
                raise ResultsError(
                    "%s line %d: tsc has the unit '%s', not instructions or "
                    "cycles" % (name, line, unit)
                )
            if results.tsc_unit not in (None, unit):
                raise ResultsError(
                    "%s line %d: tsc is in %s, above it was in %s: these rows "
                    "are of different machines" % (name, line, unit, results.tsc_unit)
                )
            results.tsc_unit = unit


def load(path):
    """Read PATH; ResultsError says in one sentence what is wrong with it."""
    name = os.path.basename(path)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except FileNotFoundError:
        raise ResultsError("%s does not exist: the run folder holds no results" % path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError("%s cannot be read: %s" % (path, error)) from error
    if not text:
        raise ResultsError("%s is empty: the run ended before it measured anything" % name)
    if not text.endswith("\n"):
        raise ResultsError("%s ends in the middle of a line: the file is cut short" % name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader)
        results = Results(check_header(header, name, os.path.dirname(path)))
        read_rows(reader, header, results, name)
    except csv.Error as error:
        raise ResultsError("%s line %d: %s" % (name, reader.line_num, error)) from error
    check_samples(results, name)
    return results
