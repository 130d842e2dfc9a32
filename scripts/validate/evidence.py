# SPDX-License-Identifier: GPL-2.0
"""What was modelled: values of the host program, and samples of the runs in the machine.

A Run names one condition of one suite's results, by as many of its parameters and knobs as
tell it apart. Whatever was not run is None all the way to the document, which then says "not
modelled".
"""
import collections
import os
import re

import results
from bands import Band, exactly, ratio
from costs import WALKS, Costs

BOTH, NATIVE = ("guest", "host"), ("native",)
REFERENCES = tuple("ref_%s_%d" % (of, level) for of in ("guest", "ept") for level in range(1, 6))

# worlds: whose counts; phases: of one guest's run, summed.
Run = collections.namedtuple(
    "Run", "workload phases cpu mmu worlds params knobs engine", defaults=(BOTH, {}, {}, "hvbench")
)


class EvidenceError(Exception):
    """What was modelled can't be used; the text is one sentence."""


def read_host(path):
    """{name: Band} of the lines that tests/model/published_main.c prints."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 4 or not all(re.match(r"[-+0-9.e]+\Z", f) for f in fields[1:]):
                raise EvidenceError("%s line %d is not a name and three numbers" % (path, number))
            found[fields[0]] = Band(*map(float, fields[1:]))
    return found


def words(params):
    """A row's parameters as a dictionary."""
    return dict(word.split("=", 1) for word in params.split())


class Evidence:
    """Everything that published.py may ask for."""

    def __init__(self, host, runs, cpu_folders):
        """HOST is read_host()'s, RUNS a list of results.Results."""
        self.host_values, self.runs, self.cpu_folders = host, runs, cpu_folders
        self.known_costs = {}

    def host(self, name):
        """A value of the host program, or None."""
        return self.host_values.get(name)

    def host_of_all(self, prefix):
        """A value that all CPUs must share: the first one's, with the range over them all."""
        found = [b.mid for n, b in self.host_values.items() if n.startswith(prefix + ".")]
        return Band(min(found), found[0], max(found)) if found else None

    def costs(self, cpu):
        """The Costs of a CPU by its name."""
        if cpu not in self.known_costs:
            paths = [os.path.join(folder, cpu + ".cpu") for folder in self.cpu_folders]
            self.known_costs[cpu] = Costs(next(p for p in paths if os.path.exists(p)))
        return self.known_costs[cpu]

    def samples(self, run):
        """[sample] of the phases of RUN, one each; [] where a phase was not run."""
        found = []
        for phase in run.phases:
            here = [
                samples
                for of in self.runs
                for condition, samples in of.samples.items()
                if self.matches(run, phase, condition)
            ]
            if len(here) > 1:
                raise EvidenceError(
                    "%s: the results have more than one condition with %s and %s"
                    % (run.workload, run.params, run.knobs)
                )
            if not here:
                return []
            found.append(here[0][min(here[0])])
        return found

    @staticmethod
    def matches(run, phase, condition):
        """Is CONDITION what RUN names?"""
        have, knobs = words(condition.params), dict(condition.knobs)
        return (
            (condition.engine, condition.mmu, condition.workload, condition.phase)
            == (run.engine, run.mmu, run.workload, phase)
            and all(have.get(k) == str(v) for k, v in run.params.items())
            and all(knobs.get(k) == str(v) for k, v in run.knobs.items())
        )

    def count(self, run, name):
        """A count over the worlds and phases of RUN."""
        rows = ["model.%s.%s.%s" % (run.cpu, world, name) for world in run.worlds]
        return sum(sample.get(row, 0) for sample in self.samples(run) for row in rows)

    def modelled(self, run):
        """Do the results have RUN, on its CPU?"""
        samples = self.samples(run)
        names = ["model.%s.%s.cycles_mid" % (run.cpu, world) for world in run.worlds]
        return bool(samples) and all(name in sample for sample in samples for name in names)

    def time(self, run):
        """Modelled cycles of RUN, or None."""
        if not self.modelled(run):
            return None
        return Band(*(self.count(run, "cycles_" + end) for end in Band._fields))

    def walk_time(self, run):
        """Modelled cycles of its page walks, without hits of the second-level TLB, or None."""
        if not self.modelled(run):
            return None
        return self.costs(run.cpu).walk_time(lambda name: self.count(run, name))

    def references(self, run):
        """References of a page walk, or None."""
        if not self.modelled(run):
            return None
        walks = sum(self.count(run, name) for name in WALKS)
        return exactly(sum(self.count(run, n) for n in REFERENCES) / walks) if walks else None

    def time_ratio(self, over, under):
        """Modelled cycles of one Run over those of another."""
        return ratio(self.time(over), self.time(under))

    def walk_ratio(self, over, under):
        """The same of walk time."""
        return ratio(self.walk_time(over), self.walk_time(under))


def read(host, folders, cpu_folders):
    """The Evidence of a host program's output and of result folders, as far as they exist."""
    try:
        runs = [
            results.load(os.path.join(folder, "results.csv"))
            for folder in folders
            if os.path.exists(os.path.join(folder, "results.csv"))
        ]
    except results.ResultsError as error:
        raise EvidenceError(str(error)) from error
    return Evidence(read_host(host) if os.path.exists(host) else {}, runs, cpu_folders)
