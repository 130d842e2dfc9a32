# SPDX-License-Identifier: GPL-2.0
"""Whole runs in the report: times.json and perf.json, their numbers by hand."""
import copy
import os
import shutil
import tempfile
import unittest
import xml.etree.ElementTree as xml

import counted
import document
import perfs
import synthetic
import synthetic_whole
import times
import whole
from gnuplot import Picture
from test_report import png_size, read, report

HYPERCALL, SWITCH = "hypercall --memory 16M", "switch -p spaces=4 --memory 16M"
SECONDS = {
    "emulated": {
        HYPERCALL: ([0.010, 0.012], [0.011, 0.011]),
        SWITCH: ([0.020, 0.020], [0.025, 0.035]),
    },
    # Six values: the interval of the median is that of the whole.
    "metal": {
        HYPERCALL: ([0.5, 0.1, 0.2, 0.3, 0.4, 0.6], [0.35] * 6),
        SWITCH: ([0.02] * 6, [0.01] * 6),
    },
}
COUNTS = {
    HYPERCALL: (
        {
            "task-clock": [2.0, 4.0],
            "vm_exits": [4100, 4100],
            "host_exits": [0, 100],
            "exit_ept_violation": [4, 4],
            "tlb_flush_vmm": [2, 2],
            "load_walks": [10, 14],
            "store_walks": [5, 5],
            "load_walk_cycles": [100, 140],
            "store_walk_cycles": [50, 50],
            "ept_walk_cycles": [30, 30],
            "ept_walk_pending": [32, 36],
            "cpu_cycles": [1000, 1000],
        },
        {
            "task-clock": [3.0, 3.0],
            "vm_exits": [4107, 4107],
            "exit_exception_nmi": [7, 7],
            "exit_invlpg": [2, 2],
            "tlb_flush_vmm": [0, 0],
            "load_walks": [7, 7],
            "store_walks": [3, 3],
            "load_walk_cycles": [60, 60],
            "store_walk_cycles": [20, 20],
            "cpu_cycles": [1600, 1600],
        },
    )
}
# Guest and host apart. Both rise by rounds: put together crosswise, sums would be equal.
SPLIT = {
    HYPERCALL: (
        {
            "load_walks_guest": [8, 12],
            "store_walks_guest": [4, 4],
            "load_walks_host": [2, 2],
            "store_walks_host": [1, 1],
            "load_walk_cycles_guest": [90, 130],
            "store_walk_cycles_guest": [40, 40],
            "ept_walk_pending_guest": [30, 34],
            "cpu_cycles_guest": [500, 500],
            "load_walk_cycles_host": [10, 50],
            "store_walk_cycles_host": [10, 10],
            "ept_walk_pending_host": [1, 1],
            "cpu_cycles_host": [500, 500],
        },
        {
            "load_walks_guest": [6, 6],
            "load_walks_host": [5, 5],
            "load_walk_cycles_guest": [36, 36],
            "store_walk_cycles_guest": [4, 4],
            "cpu_cycles_guest": [400, 400],
            "load_walk_cycles_host": [30, 30],
            "store_walk_cycles_host": [10, 10],
            "cpu_cycles_host": [1600, 1600],
        },
    )
}
HEAD = "| workload | under | dTLB walks |"
EPT_ROW, SPT_ROW = "\n| hypercall | EPT ", "\n| hypercall | shadow "


class Whole(unittest.TestCase):
    """A folder for one file after the other."""

    def setUp(self):
        self.run = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        self.addCleanup(shutil.rmtree, self.run)

    def times(self, value, kind="emulated"):
        """The Times of a file with VALUE."""
        synthetic_whole.write(self.run, "times.json", value)
        return times.load(self.run, kind)

    def perfs(self, value, kind="metal"):
        """The Perfs of a file with VALUE."""
        synthetic_whole.write(self.run, "perf.json", value)
        return perfs.load(self.run, kind)

    def refused(self, load, value, *words):
        """LOAD refuses VALUE by one sentence with WORDS."""
        with self.assertRaises(whole.WholeError) as caught:
            load(value)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))


class Times(Whole):
    """times.json"""

    def section(self, machine):
        """The section as Markdown."""
        found = self.times(
            synthetic_whole.times(machine, SECONDS[machine]), machine
        )
        picture = Picture("end-to-end", "A run", "Caption", 100)
        return document.markdown(times.section(found, picture, "x"))

    def test_kinds(self):
        """a file of a run with nested VT-x is none of the metal's, and has its unit"""
        value = synthetic_whole.times("metal", SECONDS["metal"])
        value["meta"]["machine"] = "nested"
        self.assertEqual(self.times(value, "nested").unit, "ms")
        with self.assertRaisesRegex(whole.WholeError, "machine 'nested', results.csv of 'metal'"):
            self.times(value, "metal")

    def test_instructions(self):
        """in emulation seconds are instructions, 1,000,000,000 a second, and never time"""
        page = self.section("emulated")
        self.assertIn(
            "| hypercall | 11,000,000 | 10,000,000–12,000,000 | 11,000,000 | "
            "11,000,000–11,000,000 | 1× | 2 | `hvbench run hypercall --memory 16M --mmu "
            "ept\\|spt` |",
            page,
        )
        self.assertIn("| switch | 20,000,000 | 20,000,000–20,000,000 | 30,000,000 |", page)
        self.assertIn("| 1.5× | 2 | `hvbench run switch -p spaces=4 --memory 16M", page)
        self.assertIn(
            "Of 2 workloads, whole runs take **fewer instructions under EPT in 1, under shadow "
            "paging in 0**, and in 1 as many (closer than 2 %). The price of a TLB miss is in none "
            "of them: it is not measurable here.",
            page,
        )
        self.assertIn("make time RUN=x", page)
        for word in ("second", " ms", "cycle"):
            self.assertNotIn(word, page)

    def test_slower_clock(self):
        """a machine of another speed has its own number of instructions in a second"""
        value = synthetic_whole.times("emulated", SECONDS["emulated"])
        value["meta"]["units_per_second"] = 100000000
        self.assertEqual(self.times(value).rows[1].spt.median, 3000000)

    def test_time(self):
        """on the metal they are milliseconds, with the interval of the median"""
        page = self.section("metal")
        self.assertIn("| hypercall | 350 | 100–600 | 350 | 350–350 | 1× | 6 |", page)
        self.assertIn("| switch | 20 | 20–20 | 10 | 10–10 | 0.5× | 6 |", page)
        self.assertIn("less time under EPT in 0, under shadow paging in 1", page)
        self.assertNotIn("nstruction", page)

    def test_damaged(self):
        """a damaged times.json is refused by a sentence"""
        good = synthetic_whole.times("emulated", SECONDS["emulated"])

        def broken(change):
            value = copy.deepcopy(good)
            change(value)
            return value

        first = lambda v: v["rounds"][0]["results"][0]  # noqa: E731
        for change, *words in (
            (lambda v: v.pop("meta"), "times.json has no object 'meta'"),
            (lambda v: v.pop("rounds"), "no list 'rounds'"),
            (lambda v: v["rounds"].clear(), "holds no run"),
            (lambda v: v["rounds"].pop(), "1 runs of hypercall", "in 2 rounds", "cut short"),
            (lambda v: v["rounds"][1]["results"].pop(), "1 runs of switch", "under ept"),
            (lambda v: first(v).pop("parameters"), "no object 'parameters'"),
            (lambda v: first(v)["parameters"].update(mmu="npt"), "mmu 'npt'"),
            (lambda v: first(v)["parameters"].update(run=" "), "without a workload"),
            (lambda v: first(v).update(times=["1"]), "no number of seconds: 1"),
            (lambda v: first(v).update(times=[-1.0]), "no number of seconds: -1.0"),
            (lambda v: first(v).update(times=[float("inf")]), "no number of seconds: inf"),
            (lambda v: first(v).update(exit_codes=[0, 1]), "a run of hypercall", "failed"),
            (lambda v: v["meta"].update(machine="metal"), "of the machine 'metal'", "one run"),
            (lambda v: v["meta"].update(unit="seconds"), "unit 'seconds'"),
            (lambda v: v["meta"].update(units_per_second=0), "counts from nothing"),
            (lambda v: v["meta"].update(rounds=True), "no number 'rounds'"),
            (lambda v: v["meta"].pop("warmup"), "no number 'warmup'"),
        ):
            self.refused(self.times, broken(change), *words)
        self.refused(self.times, "{", "times.json cannot be read")
        self.refused(self.times, "[]", "holds no JSON object")


class Perfs(Whole):
    """perf.json"""

    def page(self, value, kind="metal"):
        """The section as Markdown."""
        return document.markdown(counted.section(self.perfs(value, kind), [], "x"))

    def pictures(self, value):
        """{name: (title, values under EPT, values under shadow paging)} of the CPU's pictures."""
        found = self.perfs(value)
        ept, spt = found.rows[0].ept, found.rows[0].spt
        return {
            name: (title, total(ept) and total(ept).values, total(spt) and total(spt).values)
            for name, title, _, total in counted.walk_pictures(found)
        }

    def test_counts(self):
        """exits are without the host's own; flushes are the sum that was executed"""
        page = self.page(synthetic_whole.perf("emulated", None, COUNTS), "emulated")
        self.assertIn(
            "| hypercall | 4,100 | 4,107 | ept_violation 4 | exception_nmi 7, invlpg 2 | 2 | 0 "
            "| `hvbench run hypercall --memory 16M --mmu ept\\|spt` |",
            page,
        )
        self.assertIn("| hypercall | vm_exits | 4,100 | 4,100–4,100 | 4,107 | 4,107–4,107 |", page)
        self.assertIn("| hypercall | host_exits | 50 | 0–100 | 0 | 0–0 |", page)
        self.assertIn("| hypercall | page-faults | 0 | 0–0 | 0 | 0–0 | 2, 2 |", page)
        self.assertIn("make perf RUN=x", page)

    def test_emulated(self):
        """in emulation the CPU's events are said to be absent; the clock counts instructions"""
        value = synthetic_whole.perf("emulated", None, COUNTS)
        page = self.page(value, "emulated")
        self.assertIn("**The CPU's own events are absent**: this machine's CPU has no PMU", page)
        self.assertIn("| page walks | the CPU's | – | – | absent |", page)
        self.assertIn(
            "| task-clock, instructions | 3,000,000 | 2,000,000–4,000,000 | 3,000,000 |", page
        )
        for word in ("walk cycles", "dTLB", "guest's cycles", "split", " ms", "second"):
            self.assertNotIn(word, page)
        self.assertFalse(self.perfs(value, "emulated").split)
        self.assertEqual(counted.walk_pictures(self.perfs(value, "emulated")), [])

    def test_apart(self):
        """where the walk events leave out EPT, its walks are beside, in their own unit"""
        value = synthetic_whole.perf("metal", "skylake", COUNTS)
        page = self.page(value)
        # 10+5 and 14+5 walks, 100+50 and 140+50 cycles of 1000; 7+3, 60+20 of 1600.
        self.assertIn(HEAD + " walk cycles | of all cycles | EPT walker cycles |\n", page)
        self.assertIn(EPT_ROW + "| 17 | 170 | 17 % | 34 |\n", page)
        self.assertIn(SPT_ROW + "| 10 | 80 | 5 % | 0 |\n", page)
        self.assertIn("| hypercall | 4,100 | 4,107 | ept_violation 4 | exception_nmi 7,", page)
        self.assertIn("the walk cycles leave out walks of EPT tables", page)
        self.assertIn("not added: a walk cycle is one with any walker at work, a walker", page)
        self.assertIn("a cycle with both counts twice. Walker cycles: every cycle counts", page)
        self.assertIn("| ept_walk_pending | 34 | 32–36 | 0 | 0–0 | 2, 2 |", page)
        self.assertIn("| task-clock, ms | 3 | 2–4 |", page)
        self.assertNotIn("nstruction", page.replace("first instruction", ""))
        self.assertEqual(
            self.pictures(value),
            {
                "perf-dtlb": ("dTLB walks", [15, 19], [10, 10]),
                "perf-walks": (
                    "Page walks of loads and stores (without EPT's)",
                    [150, 190],
                    [80, 80],
                ),
                "perf-ept-walks": ("Page walks of EPT tables", [32, 36], [0, 0]),
            },
        )

    def test_beside(self):
        """where nobody knows, they are shown in the table and not added"""
        value = synthetic_whole.perf("metal", "haswell", COUNTS)
        page = self.page(value)
        self.assertIn(HEAD + " walk cycles | of all cycles | EPT walk cycles |\n", page)
        self.assertIn(EPT_ROW + "| 17 | 170 | 17 % | 30 |\n", page)
        self.assertIn(SPT_ROW + "| 10 | 80 | 5 % | 0 |\n", page)
        self.assertIn("does not say whether this CPU's walk cycles hold those of EPT", page)
        self.assertIn("shown beside them and not added.", page)
        self.assertNotIn("alker cycle", page)
        self.assertIn("with or without EPT's: not said", self.pictures(value)["perf-walks"][0])
        self.assertEqual(
            self.pictures(value)["perf-ept-walks"], ("Page walks of EPT tables", [30, 30], [0, 0])
        )

    def test_no_ept_event(self):
        """a CPU without an event for EPT walks says so"""
        value = synthetic_whole.perf("metal", "icelake", COUNTS)
        page = self.page(value)
        self.assertIn(HEAD + " walk cycles | of all cycles |\n", page)
        self.assertIn(EPT_ROW + "| 17 | 170 | 17 % |\n", page)
        self.assertIn("no event for walks of EPT tables", page)
        self.assertNotIn("ept_walk", page)
        self.assertNotIn("shown beside", page)
        self.assertEqual(list(self.pictures(value)), ["perf-dtlb", "perf-walks"])

    def test_within(self):
        """where walk events hold EPT's, that is said; and that they count every walker"""
        counts = copy.deepcopy(COUNTS)
        counts[HYPERCALL][0].update(
            {"load_walk_pending": [900, 900], "store_walk_pending": [600, 700]}
        )
        value = synthetic_whole.perf("metal", "goldmontplus", counts)
        page = self.page(value)
        self.assertIn(HEAD + " walker cycles | of all cycles | EPT walker cycles |", page)
        # Two walkers have more than 100 %.
        self.assertIn(EPT_ROW + "| 17 | 1,550 | 155 % | 34 |\n", page)
        self.assertIn("the walker cycles hold those of EPT tables too", page)
        self.assertIn("shown beside them and not added.", page)
        self.assertIn("they can be more than the cycles", page)
        self.assertNotIn("alk cycles", page)
        self.assertEqual(
            self.pictures(value)["perf-walks"],
            ("Page walks of loads and stores (EPT's included)", [1500, 1600], [0, 0]),
        )
        page = self.page(synthetic_whole.perf("metal", "sierraforest", counts))
        self.assertIn(EPT_ROW + "| 17 | 1,550 | 155 % |\n", page)
        self.assertIn("the walker cycles hold those of EPT tables too.", page)
        self.assertNotIn("shown beside", page)

    def test_no_cycles(self):
        """a CPU that counts walks and not their cycles has no such column"""
        counts = copy.deepcopy(COUNTS)
        counts[HYPERCALL][0]["dtlb_walks"] = [21, 23]
        value = synthetic_whole.perf("metal", "nehalemep", counts)
        page = self.page(value)
        # Its event of both holds the loads already.
        self.assertIn(EPT_ROW + "| 22 |\n", page)
        self.assertNotIn("walk cycles", page)
        self.assertIn("counts walks, and not their cycles", page)
        self.assertEqual(list(self.pictures(value)), ["perf-dtlb"])

    def test_one_event_of_both(self):
        """an event of loads and stores together is not added to that of loads"""
        counts = copy.deepcopy(COUNTS)
        counts[HYPERCALL][0].update({"dtlb_walks": [21, 23], "dtlb_walk_cycles": [250, 250]})
        page = self.page(synthetic_whole.perf("metal", "westmereep-dp", counts))
        self.assertIn(EPT_ROW + "| 22 | 250 | 25 % | 30 |\n", page)
        self.assertIn("Walk cycles: cycles in which a walker, one or more, was at work. EPT", page)

    def test_split(self):
        """guest and host apart: each with its share of its own cycles, and their sums"""
        value = synthetic_whole.perf("metal", "skylake", SPLIT, split=True)
        page = self.page(value)
        self.assertIn(
            HEAD + " walk cycles | of all cycles | walk cycles in the guest | of the guest's "
            "cycles | walk cycles in the host | of the host's cycles | EPT walker cycles |\n",
            page,
        )
        # 15 and 19 walks; guest 130 and 170 of 500, host 20 and 60 of 500; EPT 31 and 35.
        self.assertIn(EPT_ROW + "| 17 | 190 | 19 % | 150 | 30 % | 40 | 8 % | 33 |\n", page)
        # 11 walks; guest 40 of 400, host 40 of 1600: 80 of 2000.
        self.assertIn(SPT_ROW + "| 11 | 80 | 4 % | 40 | 10 % | 40 | 2.5 % | 0 |\n", page)
        self.assertIn("counted apart in the guest (perf's `:G`) and in the host (`:H`", page)
        self.assertIn("| load_walk_cycles_guest | 110 | 90–130 | 36 | 36–36 | 2, 2 |", page)
        self.assertNotIn("together, since", page)
        pictures = self.pictures(value)
        self.assertEqual(
            list(pictures), ["perf-dtlb", "perf-walks", "perf-guest-walks", "perf-ept-walks"]
        )
        self.assertEqual(pictures["perf-dtlb"][1:], ([15, 19], [11, 11]))
        self.assertEqual(pictures["perf-walks"][1:], ([150, 230], [80, 80]))
        title, ept, spt = pictures["perf-guest-walks"]
        self.assertIn("Page walks in the guest, as a share of its cycles (without EPT's)", title)
        self.assertEqual([round(v, 9) for v in ept + spt], [26, 34, 10, 10])
        # Rounds are told by their numbers, whatever the order of the runs.
        value["runs"].sort(key=lambda r: -r["round"] if "host" in r["pass"] else r["round"])
        self.assertEqual(sorted(self.pictures(value)["perf-walks"][1]), [150, 230])

    def test_split_missing(self):
        """what one side lacks is missing in the sum, and there on the other side"""
        counts = copy.deepcopy(SPLIT)
        counts[HYPERCALL][0]["load_walk_cycles_host"] = ["<not counted>"] * 2
        counts[HYPERCALL][1]["cpu_cycles_guest"] = [0, 0]
        page = self.page(synthetic_whole.perf("metal", "skylake", counts, split=True))
        self.assertIn(EPT_ROW + "| 17 | – | – | 150 | 30 % | – | – | 33 |\n", page)
        self.assertIn(SPT_ROW + "| 11 | 80 | 5 % | 40 | – | 40 | 2.5 % | 0 |\n", page)

    def test_not_split(self):
        """counts of both sides together say why; so does a file from before"""
        value = synthetic_whole.perf("metal", "skylake", COUNTS)
        page = self.page(value)
        self.assertIn(
            "of guest, module, kernel and tool together, since %s. On this CPU"
            % synthetic_whole.NO_SPLIT,
            page,
        )
        self.assertNotIn("in the guest", page)
        del value["meta"]["split"], value["meta"]["no_split"]
        page = self.page(value)
        self.assertIn("together, since this file is older than the counting of them apart", page)
        self.assertIn(EPT_ROW + "| 17 | 170 | 17 % | 34 |\n", page)

    def test_missing(self):
        """an event that is not supported leaves a gap, with the reason"""
        counts = copy.deepcopy(COUNTS)
        counts[HYPERCALL][0]["store_walk_cycles"] = ["<not supported>"] * 2
        counts[HYPERCALL][1]["load_walk_cycles"] = ["<not counted>", 80]
        page = self.page(synthetic_whole.perf("metal", "skylake", counts))
        self.assertIn(EPT_ROW + "| 17 | – | – | 34 |\n", page)
        self.assertIn(SPT_ROW + "| 10 | 100 | 6.25 % | 0 |\n", page)
        self.assertIn("| store_walk_cycles | – | – | 20 | 20–20 | 0, 2 |", page)
        self.assertIn("| load_walk_cycles | 120 | 100–140 | 80 | 80–80 | 2, 1 |", page)
        self.assertIn("| `x/store_walk_cycles/` | – | not supported |", page)
        self.assertIn("| `x/load_walk_cycles/` | – | not counted |", page)
        self.assertIn("Some events could not be counted", page)

    def test_multiplexed(self):
        """an event that had to share a counter is marked with its share of the time"""
        value = synthetic_whole.perf("metal", "skylake", COUNTS, {"load_walks": 62.5})
        page = self.page(value)
        self.assertIn("counted 62.5 % of the time only and scaled up by perf", page)
        self.assertIn("| `x/store_walks/` | – | counted |", page)

    def test_damaged(self):
        """a damaged perf.json is refused by a sentence"""
        good = synthetic_whole.perf("metal", "skylake", COUNTS)

        def broken(change):
            value = copy.deepcopy(good)
            change(value)
            return value

        line = lambda v, i=3: v["runs"][0]["events"][i]  # noqa: E731
        for change, *words in (
            (lambda v: v.pop("runs"), "perf.json has no list 'runs'"),
            (lambda v: v["runs"].clear(), "holds no run"),
            (lambda v: v["runs"].pop(), "1 runs of hypercall", "pass cycles", "cut short"),
            (lambda v: v["runs"][0].update(mmu="npt"), "mmu 'npt'"),
            (lambda v: v["runs"][0].update(run=""), "without a workload"),
            (lambda v: v["runs"][0].update({"pass": "x"}), "pass 'x'"),
            (lambda v: v["runs"][0]["events"].pop(), "where", "were asked for"),
            (lambda v: line(v).update(event="exits"), "exits", "were asked for"),
            (lambda v: line(v).pop("counter-value"), "no text 'counter-value'"),
            (lambda v: line(v).update({"counter-value": "many"}), "value 'many' for vm_exits"),
            (lambda v: line(v).update({"counter-value": "-1"}), "value '-1'"),
            (lambda v: line(v).update({"counter-value": "nan"}), "value 'nan'"),
            (lambda v: line(v).update({"counter-value": "inf"}), "value 'inf'"),
            (
                lambda v: line(v).update({"counter-value": "<not counted>"}),
                "'<not counted>' for the module's own vm_exits",
            ),
            (lambda v: line(v).pop("pcnt-running"), "no number 'pcnt-running'"),
            (lambda v: v["meta"].update(machine="emulated"), "of the machine 'emulated'"),
            (lambda v: v["meta"].update(ept_walks="maybe"), "how its walk cycles"),
            (lambda v: v["meta"]["events"][0].update(kind="x"), "of the kind 'x'"),
            (lambda v: v["meta"]["events"].append(v["meta"]["events"][0]), "an event twice"),
            (lambda v: v["meta"]["events"].pop(3), "counts no 'vm_exits'"),
            (lambda v: v["meta"].update(split=1), "whether guest and host were counted apart"),
            (lambda v: v["meta"].update(split=True), "do not fit its 'split'"),
            (lambda v: v["meta"].update(no_split=[]), "'no_split' that is no text"),
            (lambda v: v["runs"][0].pop("round"), "no number 'round'"),
            (lambda v: v["runs"][0].update(round=3), "has a round 3 of 2"),
            (lambda v: v["runs"][0].update(round=0), "has a round 0 of 2"),
            (lambda v: v["runs"][0].update(round=2), "pass counts, twice in round 2"),
        ):
            self.refused(self.perfs, broken(change), *words)
        good = synthetic_whole.perf("metal", "skylake", SPLIT, split=True)
        for change, *words in (
            (lambda v: v["meta"].update(split=False), "do not fit its 'split'"),
            (lambda v: v["meta"].pop("split"), "do not fit its 'split'"),
            (lambda v: v["meta"]["events"].pop(), "do not fit its 'split'"),
            (lambda v: v["meta"]["events"][-1].update(name="x"), "do not fit its 'split'"),
            (lambda v: v["runs"].pop(), "1 runs of hypercall", "pass cycles-host", "cut short"),
        ):
            self.refused(self.perfs, broken(change), *words)
        self.refused(self.perfs, "", "perf.json cannot be read")


class InReport(unittest.TestCase):
    """The report with both files, of either machine."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        cls.done = {}
        for kind, unit, generation, counts in (
            ("emulated", "instructions", None, COUNTS),
            ("metal", "cycles", "skylake", COUNTS),
            ("metal-split", "cycles", "skylake", SPLIT),
        ):
            machine = kind.partition("-")[0]
            run = os.path.join(cls.top, kind)
            synthetic.write(run, unit)
            synthetic_whole.write(
                run, "times.json", synthetic_whole.times(machine, SECONDS[machine])
            )
            synthetic_whole.write(
                run,
                "perf.json",
                synthetic_whole.perf(machine, generation, counts, split=counts is not COUNTS),
            )
            cls.done[kind] = report(run)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def test_sections(self):
        """both sections and their pictures are in the report, which is made without a word"""
        walks = ["perf-dtlb", "perf-walks", "perf-ept-walks"]
        for kind, pictures in (
            ("emulated", ["end-to-end", "perf-exits", "perf-flushes"]),
            ("metal", ["end-to-end", "perf-exits", "perf-flushes"] + walks),
            ("metal-split", ["end-to-end", "perf-guest-walks"] + walks),
        ):
            run = os.path.join(self.top, kind)
            self.assertEqual((self.done[kind].returncode, self.done[kind].stderr), (0, ""))
            page = read(run, "report.md")
            self.assertEqual(page.count("\n## End to end\n"), 1)
            self.assertEqual(page.count("\n## Counted by perf\n"), 1)
            root = xml.fromstring(read(run, "report.html").replace("<!DOCTYPE html>", ""))
            ids = {e.get("id") for e in root.iter()}
            made = {p[:-4] for p in os.listdir(os.path.join(run, "plots")) if p.endswith(".svg")}
            for name in ["end-to-end", "perf-exits", "perf-flushes", "perf-guest-walks"] + walks:
                self.assertEqual(name in made, name in pictures, name)
                self.assertEqual("picture-" + name in ids, name in pictures, name)
            for name in pictures:
                png_size(os.path.join(run, "plots", name + ".png"))
                words = {"emulated": "emulated machine"}.get(kind, "metal")
                self.assertIn(words, read(run, "plots", name + ".svg"))

    def test_picture_data(self):
        """a picture's data are the medians and spans, a zero has no dot"""
        run = os.path.join(self.top, "metal", "plots")
        rows = [r.split("\t") for r in read(run, "end-to-end.tsv").splitlines()]
        self.assertEqual(rows[1][0], "hypercall")
        self.assertEqual(rows[1][2:], ["350", "100", "600", "350", "350", "350"])
        rows = [r.split("\t") for r in read(run, "perf-flushes.tsv").splitlines()]
        self.assertEqual(rows[1][2:], ["2", "2", "2", "-", "-", "-"])
        self.assertIn("1 value of zero cannot be shown", read(run, "perf-flushes.svg"))
        self.assertIn("cycles with a walker at work (median)", read(run, "perf-walks.svg"))
        words = "cycles, once for each walker at work (median)"
        self.assertIn(words, read(run, "perf-ept-walks.svg"))
        rows = [r.split("\t") for r in read(run, "perf-walks.tsv").splitlines()]
        self.assertEqual(rows[1][2:], ["170", "150", "190", "80", "80", "80"])
        rows = [r.split("\t") for r in read(run, "perf-dtlb.tsv").splitlines()]
        self.assertEqual(rows[1][2:], ["17", "15", "19", "10", "10", "10"])
        rows = [r.split("\t") for r in read(run, "perf-ept-walks.tsv").splitlines()]
        self.assertEqual(rows[1][2:], ["34", "32", "36", "-", "-", "-"])
        run = os.path.join(self.top, "metal-split", "plots")
        rows = [r.split("\t") for r in read(run, "perf-guest-walks.tsv").splitlines()]
        self.assertEqual(rows[1][2:], ["30", "26", "34", "10", "10", "10"])

    def test_absent(self):
        """without the files there are no sections; a damaged file ends the report"""
        run = os.path.join(self.top, "without")
        shutil.copytree(os.path.join(self.top, "emulated"), run)
        for name in ("times.json", "perf.json"):
            os.remove(os.path.join(run, name))
        self.assertEqual(report(run).returncode, 0)
        page = read(run, "report.md")
        for word in ("End to end", "Counted by perf", "end-to-end", "perf-exits"):
            self.assertNotIn(word, page)
        self.assertFalse(os.path.exists(os.path.join(run, "plots", "perf-exits.svg")))
        synthetic_whole.write(run, "perf.json", "{}")
        done = report(run)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("report: perf.json has no object 'meta'", done.stderr)
