# SPDX-License-Identifier: GPL-2.0
"""Published results against the model: how a row is judged, and what stands in the document.

Nothing here is modelled: the results are made up so that a row must pass or fail.
"""
import csv
import os
import re
import subprocess
import tempfile
import unittest

import evidence
import figures
import headline
import judge
import page
import published
import results
import stand_ins
import tolerances
from bands import Band, exactly, geometric_mean
from costs import Costs, CostsError
from evidence import Evidence, EvidenceError, Run
from published import ROWS, Row, Value

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CPUS = os.path.join(TOP, "bench", "model", "cpus")
DOCUMENT = os.path.join(TOP, "scripts", "validate", "document")
PAGE = os.path.join(TOP, "docs", "validation.md")
PLAIN = {"ops": 1, "tsc": 9, "vm_exits": 0, "guest_table_bytes": 4096}
PLAIN.update({"outside_tsc": 0, "table_bytes": 4096, "table_pages": 1})
KNOBS = ["spt.sync"]


def value(name, number, band, tolerance):
    """A value of a made-up row."""
    return Value(name, number, lambda evidence: band, tolerance)


def row(*values, order=False):
    """A made-up row."""
    return Row(99, "a row", values, "nowhere", "by hand", "a known cause", order)


def outcome(*values, order=False):
    """What becomes of it."""
    return judge.judge(row(*values, order=order), None)


def write_results(folder, conditions):
    """results.csv of [(mmu, spt.sync, workload, params, phase, {counter: value})]."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.csv"), "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(results.BEFORE + KNOBS + results.AFTER)
        for mmu, sync, workload, params, phase, counters in conditions:
            for counter, number in {**PLAIN, **counters}.items():
                unit = "instructions" if counter == "tsc" else "x"
                place = ["hvbench", mmu, sync, workload, params, phase, "warm", 1]
                out.writerow([*place, counter, unit, number])


def cycles(world, total, walks=0, hits=0, loads=0):
    """Counters of one world of the Sandy Bridge: each walk has two references, both in L2."""
    counts = {"walk_load": walks, "walk_served_l2": 2 * walks, "stlb_hit": hits, "loads": loads}
    counts.update({"cycles_" + end: total for end in ("low", "mid", "high")})
    return {"model.sandy-bridge.%s.%s" % (world, name): n for name, n in counts.items()}


class Tolerances(unittest.TestCase):
    """Each at its edge, and beyond it."""

    def check(self, tolerance, number, inside, outside):
        """The middle decides."""
        for mid in inside:
            self.assertTrue(tolerance.holds(number, Band(0, mid, 1e6)), (tolerance.text, mid))
        for mid in outside:
            self.assertFalse(tolerance.holds(number, Band(mid, mid, mid)), (tolerance.text, mid))

    def test_edges(self):
        """a tolerance holds to its edge, and no further"""
        self.check(tolerances.percent(15), 2, (1.7, 2, 2.3), (1.69, 2.31))
        self.check(tolerances.absolute(0.05), 1.25, (1.2, 1.3), (1.19, 1.31))
        self.check(tolerances.factor(2), 4.2, (2.1, 8.4), (2.09, 8.41))
        self.check(tolerances.within(1.45, 2.35), 1.85, (1.45, 2.35), (1.44, 2.36))
        self.check(tolerances.above(1), 1.16, (1.01, 9), (1, 0.9))
        self.check(tolerances.rounded(1), 1.0, (0.96, 1.04), (0.94, 1.06))
        self.check(tolerances.rounded(0), 7.03, (6.6, 7.4), (6.4, 7.6))

    def test_exact(self):
        """an exact value has no range"""
        self.assertTrue(tolerances.exact().holds(24, exactly(24)))
        self.assertFalse(tolerances.exact().holds(24, Band(24, 24, 25)))
        self.assertFalse(tolerances.exact().holds(24, exactly(23)))


class Judged(unittest.TestCase):
    """Rows of made-up values."""

    close = value("close", 2, Band(1, 2.1, 3), tolerances.percent(10))
    far = value("far", 2, Band(1, 2.5, 3), tolerances.percent(10))
    missing = value("missing", 2, None, tolerances.percent(10))
    shown = value("shown", 2, exactly(9), None)

    def test_pass_and_fail(self):
        """a row passes when all its values do"""
        self.assertEqual(outcome(self.close, self.close).result, judge.PASS)
        self.assertEqual(outcome(self.close, self.far).result, judge.FAIL)

    def test_shown_only(self):
        """a value that is only shown decides nothing"""
        self.assertEqual(outcome(self.close, self.shown).result, judge.PASS)
        self.assertEqual(outcome(self.far, self.shown).result, judge.FAIL)
        self.assertEqual(outcome(self.shown).result, judge.NOT_MODELLED)

    def test_missing(self):
        """what was not modelled never passes"""
        self.assertEqual(outcome(self.missing).result, judge.NOT_MODELLED)
        self.assertEqual(outcome(self.close, self.missing).result, judge.NOT_MODELLED)
        nan = value("nan", 2, Band(2, float("nan"), 2), tolerances.within(-1e9, 1e9))
        self.assertEqual(outcome(nan).result, judge.NOT_MODELLED)

    def test_order(self):
        """values within tolerance in another order fail where order counts"""
        low = value("low", 1, exactly(1.2), tolerances.factor(2))
        high = value("high", 1.1, exactly(1.1), tolerances.factor(2))
        self.assertEqual(outcome(low, high).result, judge.PASS)
        self.assertEqual(outcome(low, high, order=True).result, judge.FAIL)
        self.assertEqual(outcome(high, value("x", 2, exactly(2), tolerances.exact()), order=True).result, judge.PASS)

    def test_page(self):
        """a row that fails stays in the page, with its cause"""
        outcomes = [outcome(self.close), outcome(self.far), outcome(self.missing)]
        text = page.text(outcomes)
        self.assertIn("**1 of 3 rows are within tolerance.**", text)
        self.assertEqual(text.count("### Row 99"), 3)
        self.assertIn("| far | 2 | 2.50 [1, 3] | ± 10 % | no |", text)
        self.assertIn("| missing | 2 | not modelled | ± 10 % | – |", text)
        self.assertEqual(text.count("a known cause"), 1)


class Modelled(unittest.TestCase):
    """Values of made-up results."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def evidence(self, conditions, folder="run"):
        """An Evidence of such results."""
        path = os.path.join(self.scratch.name, folder)
        write_results(path, conditions)
        return evidence.read(os.path.join(self.scratch.name, "no-host"), [path], [CPUS])

    def test_ratios(self):
        """walk time and run time are of guest and hypervisor, or of native alone"""
        both = {**cycles("guest", 1000, walks=10), **cycles("host", 500, walks=5)}
        found = self.evidence(
            [("ept", "-", "w", "a=1 b=2", "p", {**both, **cycles("native", 600, walks=10, hits=99)})]
        )
        nested = Run("w", ("p",), "sandy-bridge", "ept", params={"a": 1})
        native = nested._replace(worlds=evidence.NATIVE)
        self.assertAlmostEqual(found.time_ratio(nested, native).mid, 2.5)
        # Hits of the second-level TLB are no walks.
        self.assertAlmostEqual(found.walk_ratio(nested, native).mid, 1.5)
        self.assertAlmostEqual(found.walk_time(native).mid, 10 * (5 + 2 * 12))

    def test_what_is_missing(self):
        """other parameters, knobs, engines, phases and CPUs are not what was asked for"""
        found = self.evidence([("spt", "unsync", "w", "a=1", "p", {**cycles("guest", 1), **cycles("host", 1)})])
        run = Run("w", ("p",), "sandy-bridge", "spt", params={"a": 1}, knobs={"spt.sync": "unsync"})
        self.assertEqual(found.time(run), exactly(2))
        for other in (
            run._replace(params={"a": 2}),
            run._replace(params={"c": 1}),
            run._replace(knobs={"spt.sync": "trap"}),
            run._replace(engine="kvm"),
            run._replace(phases=("p", "q")),
            run._replace(mmu="ept"),
            run._replace(cpu="haswell"),
            run._replace(worlds=evidence.NATIVE),
        ):
            self.assertIsNone(found.time(other), other)
            self.assertIsNone(found.walk_time(other), other)

    def test_ambiguous(self):
        """two conditions that a row can't tell apart are an error"""
        counters = {**cycles("guest", 1), **cycles("host", 1)}
        found = self.evidence([("spt", s, "w", "a=1", "p", counters) for s in ("unsync", "trap")])
        with self.assertRaises(EvidenceError):
            found.time(Run("w", ("p",), "sandy-bridge", "spt"))

    def chase_evidence(self, native_rest):
        """A chase as mcf: walks take 290 native, 580 nested, 290 under shadow paging."""
        params = "pages=196608 locality=0 page=4096 lines=1 compute=0"
        ept = {**cycles("guest", native_rest + 580, walks=20), **cycles("host", 0)}
        ept.update(cycles("native", native_rest + 290, walks=10))
        spt = {**cycles("guest", native_rest + 290, walks=10), **cycles("host", 0)}
        return self.evidence(
            [
                ("ept", "-", "reach", params, "access", ept),
                ("spt", "unsync", "reach", params, "access", spt),
            ]
        )

    def test_run_time(self):
        """row 7 computes so much that native walks have their published share"""
        found = published.run_time(self.chase_evidence(100), "mcf")
        ideal = 290 / 0.504
        self.assertAlmostEqual(found.mid, (ideal + 580) / (ideal + 290))
        # What the chase does beside its walks does not count, be it more than ideal or less.
        late = published.run_time(self.chase_evidence(1000), "mcf")
        self.assertAlmostEqual(late.mid, found.mid)
        self.assertIsNone(published.run_time(self.chase_evidence(100), "tigr"))

    def test_published_run_time(self):
        """what row 7 is held against is Figure 5 without the VMM's share of nested paging"""
        self.assertAlmostEqual(published.run_time_published("mcf"), 193.1 / (150.4 + 7.4 - 4.2))

    def test_means(self):
        """a geometric mean needs all of its values"""
        self.assertAlmostEqual(geometric_mean([exactly(1), exactly(4)]).mid, 2)
        self.assertIsNone(geometric_mean([exactly(1), None]))

    def test_host_values(self):
        """the host program's lines are read, and a damaged one is an error"""
        path = os.path.join(self.scratch.name, "host")
        with open(path, "w", encoding="utf-8") as file:
            file.write("cold.refs.4k4k.a\t24\t24\t24\ncold.refs.4k4k.b\t25\t25\t25\n")
        found = Evidence(evidence.read_host(path), [], [CPUS])
        self.assertEqual(found.host_of_all("cold.refs.4k4k"), Band(24, 24, 25))
        with open(path, "a", encoding="utf-8") as file:
            file.write("cut\t2")
        with self.assertRaises(EvidenceError):
            evidence.read_host(path)


class TheTable(unittest.TestCase):
    """The rows themselves, and the committed page."""

    def test_rows(self):
        """there are 17 rows, each with something to judge"""
        self.assertEqual([r.number for r in ROWS], list(range(1, 18)))
        for one in ROWS:
            self.assertTrue(any(v.tolerance for v in one.values), one.number)
            self.assertTrue(one.source and one.how and one.values, one.number)

    def test_costs(self):
        """the costs are read as the tool reads them: its walk cycles come out of the counts"""
        costs = Costs(os.path.join(CPUS, "skylake-sp.cpu"))
        run = results.load(os.path.join(TOP, "results", "reference", "results.csv"))
        checked = 0
        for samples in run.samples.values():
            for sample in samples.values():
                for world in ("guest", "host", "native"):
                    names = "model.skylake-sp.%s." % world
                    if sample.get(names + "cycles_walks", 0) < 1000:
                        continue
                    mine = costs.walks_as_the_tool(lambda n: sample.get(names + n, 0))
                    self.assertAlmostEqual(mine, sample[names + "cycles_walks"], delta=1)
                    checked += 1
        self.assertGreater(checked, 100)
        with self.assertRaises(CostsError):
            costs.cost("nothing")

    def document(self, *words):
        """Run the script."""
        return subprocess.run([DOCUMENT, *words], capture_output=True, text=True, check=False)

    def test_document(self):
        """with nothing modelled the page has all rows, none of them passes, twice the same"""
        with tempfile.TemporaryDirectory() as scratch:
            texts = []
            for name in ("a", "b"):
                out, proof = (os.path.join(scratch, name, x) for x in ("v.md", "proof/validation"))
                done = self.document(os.path.join(scratch, "none"), "--out", out, "--proof", proof)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(out, encoding="utf-8") as file:
                    texts.append(file.read())
            self.assertEqual(*texts)
            self.assertIn("**0 of 17 rows are within tolerance.**", texts[0])
            self.assertEqual(len(re.findall(r"^### Row \d+:", texts[0], re.M)), 17)
            proven = headline.read_proof(os.path.join(scratch, "a", "proof"))
            self.assertEqual(
                proven, [("validation.within", "0", "rows"), ("validation.total", "17", "rows")]
            )

    def test_committed_page(self):
        """docs/validation.md has the rows, values and tolerances of the present table"""
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
        results_of = {}
        for one in ROWS:
            heading = "### Row %d: %s\n" % (one.number, one.what)
            self.assertIn(heading, text, "make validate was not run after the table changed")
            part = text.split(heading)[1].split("\n### ")[0]
            self.assertIn(one.how, part)
            for v in one.values:
                line = r"\| %s \| %s \| [^|]+ \| %s \| (yes|no|–) \|" % tuple(
                    map(
                        re.escape,
                        (
                            v.name,
                            page.published(v.published),
                            v.tolerance.text if v.tolerance else "not judged",
                        ),
                    )
                )
                self.assertRegex(part, line)
            results_of[one.number] = re.search(r"^Result: \**([a-z ]+)\**\.", part, re.M).group(1)
        passed = sum(result == judge.PASS for result in results_of.values())
        self.assertIn("**%d of 17 rows are within tolerance.**" % passed, text)

    def test_figures(self):
        """every figure is of a value that its row has"""
        outcomes = [judge.judge(one, Evidence({}, [], [CPUS])) for one in ROWS]
        for name, number, place, _ in figures.FIGURES:
            self.assertIsNotNone(figures.find(outcomes, number, place), name)

    def test_stand_ins(self):
        """the chases have the pages and locality that calibration.md fixed"""
        with open(os.path.join(TOP, "docs", "calibration.md"), encoding="utf-8") as file:
            text = file.read()
        for name, params in stand_ins.CHASES.items():
            line = r"\| %s \| [^|]*\| %d \([^|]*\| %d," % (name, params["pages"], params["locality"])
            self.assertRegex(text, line)
