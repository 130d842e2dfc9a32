# SPDX-License-Identifier: GPL-2.0
"""times.json: how long whole runs take, as hyperfine saw them.

The file is made by `make time` (scripts/whole). Where there is none there is no
section. On the metal the numbers are seconds; in the emulated machine its clock
ticks once an instruction, so that they are instructions and no time.
"""
import math
import os

import whole
from conditions import NOT_MEASURABLE
from document import Code, Figure, Heading, Table, Text
from gnuplot import command
from measure import TIE
from verdicts import number
from whole import Row, Series


class Times:
    """What was timed: meta, and a Row for every workload."""

    def __init__(self, meta, rows):
        self.meta = meta
        self.rows = rows

    @property
    def unit(self):
        """The unit of every value: instructions or milliseconds."""
        return "instructions" if self.meta["unit"] == "instructions" else "ms"

    @property
    def scale(self):
        """What hyperfine's seconds are multiplied with to get it."""
        return self.meta["units_per_second"] * (1 if self.unit == "instructions" else 1000)


def samples_of(file):
    """{(run, mmu): [seconds]}, every one checked."""
    found = {}
    for one in file.field(file.top, "rounds", list):
        for result in file.field(one, "results", list):
            parameters = file.field(result, "parameters", dict)
            run, mmu = file.field(parameters, "run", str), file.field(parameters, "mmu", str)
            file.check_mmu(mmu)
            file.check(run.split(), "has a run without a workload")
            codes = file.field(result, "exit_codes", list)
            file.check(
                codes == [0] * len(codes), "has a run of %s that failed (%s)" % (run, codes)
            )
            for value in file.field(result, "times", list):
                file.check(
                    isinstance(value, (int, float)) and 0 < value < math.inf,
                    "has a time of %s that is no number of seconds: %s" % (run, value),
                )
                found.setdefault((run, mmu), []).append(value)
    return found


def load(run_dir, kind):
    """The Times of a run folder of that kind of machine, None where nothing was timed."""
    path = os.path.join(run_dir, "times.json")
    if not os.path.exists(path):
        return None
    file = whole.File(path)
    file.check_meta(kind)
    file.field(file.meta, "warmup", int)
    samples = samples_of(file)
    file.check(samples, "holds no run")
    rounds = file.meta["rounds"]
    times = Times(file.meta, [])
    for run in dict.fromkeys(r for r, _ in samples):
        sides = []
        for mmu in whole.MMUS:
            values = samples.get((run, mmu), [])
            file.check(
                len(values) == rounds,
                "has %d runs of %s under %s in %d rounds: it is cut short or damaged"
                % (len(values), run, mmu, rounds),
            )
            sides.append(Series([v * times.scale for v in values]))
        times.rows.append(Row(run.split()[0], run, *sides))
    return times


def summary(times):
    """One sentence: in how many workloads which backend is quicker."""
    more = [r.spt.median / r.ept.median for r in times.rows]
    ept = sum(1 for m in more if m > 1 + TIE)
    spt = sum(1 for m in more if 1 / m > 1 + TIE)
    count = times.unit == "instructions"
    return (
        "Of %d workloads, whole runs take **%s under EPT in %d, under shadow paging in %d**, "
        "and in %d as %s (closer than %d %%).%s"
        % (
            len(more),
            "fewer instructions" if count else "less time",
            ept,
            spt,
            len(more) - ept - spt,
            "many" if count else "much",
            TIE * 100,
            " The price of a TLB miss is in none of them: it is %s." % NOT_MEASURABLE
            if count
            else "",
        )
    )


def table(times):
    """A row a workload."""
    rows = [
        [
            r.workload,
            number(r.ept.median),
            "%s–%s" % (number(r.ept.low), number(r.ept.high)),
            number(r.spt.median),
            "%s–%s" % (number(r.spt.low), number(r.spt.high)),
            whole.ratio(r.ept, r.spt),
            str(r.ept.count),
            whole.command(r),
        ]
        for r in times.rows
    ]
    return Table(
        [
            "workload",
            "%s EPT" % times.unit,
            "span",
            "%s shadow" % times.unit,
            "span",
            "shadow/EPT",
            "samples each",
            "command",
        ],
        "lrrrrrrl",
        rows,
        "Medians. The span is the 95 % confidence interval of the median from six runs on, below "
        "that the whole range.",
    )


def section(times, picture, run):
    """The blocks of the section; none without a file."""
    if times is None:
        return []
    if times.unit == "instructions":
        what = (
            "The emulated machine's clock ticks once an instruction, so what hyperfine takes for "
            "time is a count of **instructions**, those of the machine's kernel included."
        )
    else:
        what = "Milliseconds on the machine's own clock."
    return [
        Heading(2, "End to end"),
        Text(
            "What a user of the command waits for: `hvbench run` from the start of its process to "
            "its end, with loading the guest, making and clearing the VM, every phase, set-up "
            "between them, and tearing down. %s" % what
        ),
        Text(summary(times)),
        table(times),
        Figure(picture, command(run + "/plots", picture.name)),
        Text(
            "%s, %d warm-up run%s before each that counts, %s. What a command does not name "
            "has its default. Again:"
            % (
                times.meta["tool"],
                times.meta["warmup"],
                "" if times.meta["warmup"] == 1 else "s",
                whole.turns(times.meta),
            )
        ),
        Code(whole.again("time", run)),
    ]
