# SPDX-License-Identifier: GPL-2.0
"""Who is cheaper, and where that was not measured: every rule by hand-made numbers."""
import unittest

import answer
import conditions
import groups
import headline
import sides
import sweeps
from conditions import CHANGE, COLD, EXIT, SETUP, WARM
from test_arithmetic import sample, suite_of
from whole_workload import wholes

QUIET = {"vm_exits": 0, "outside_tsc": 0}


def phase(mmu, name, changed=None, repetitions=1, workload="w", params="a=1", **values):
    """A row of one phase: 100 operations of 50, and nothing done by the hypervisor."""
    samples = [sample(**{**QUIET, **values}) for _ in range(repetitions)]
    return (mmu, changed or {}, workload, params, name, samples)


def both(name, ept, spt, **shared):
    """A phase under both backends."""
    return [phase("ept", name, **shared, **ept), phase("spt", name, **shared, **spt)]


def side_of(rows, unit="instructions", **declared):
    """The Sides of the last phase of ROWS."""
    suite = suite_of(rows, unit, **declared)
    return suite.side("w", rows[-1][4])


class Measurable(unittest.TestCase):
    """What this machine can tell."""

    def test_warm(self):
        """emulated: a warm phase in which no hypervisor did anything has no result, and no tie"""
        side = side_of(both("p", {}, {}), p=WARM)
        self.assertEqual((side.winner, side.measured), (sides.UNMEASURED, False))
        self.assertEqual(answer.winner_text(side), conditions.NOT_MEASURABLE)

    def test_metal(self):
        """metal and nested: a warm phase counts, whoever wins it"""
        slow = {"tsc": 6000}
        for ept, spt, wanted in (({}, {}, "tie"), (slow, {}, "spt"), ({}, slow, "ept")):
            self.assertEqual(side_of(both("p", ept, spt), "cycles", p=WARM).winner, wanted)

    def test_any_condition(self):
        """emulated: so has a phase of any other condition in which only the guest executed"""
        for condition in (COLD, CHANGE, EXIT, SETUP):
            self.assertFalse(side_of(both("p", {}, {}), p=condition).measured, condition)

    def test_something_was_done(self):
        """emulated: an exit, a flush or an instruction of the hypervisor is something to measure"""
        for done in (
            {"vm_exits": 1},
            {"flush_invvpid_single": 1},
            {"outside_tsc": 9, "outside_tsc__VMCALL": 9},
        ):
            for ept, spt in ((done, {}), ({}, done), (done, done)):
                side = side_of(both("p", ept, spt), p=CHANGE)
                self.assertEqual(side.winner, "tie", done)

    def test_host_is_nothing(self):
        """emulated: the host's own interrupts are nothing that a hypervisor did"""
        host = {"host_exits": 2, "host_tsc": 60, "exit__EXTERNAL_INTERRUPT": 0}
        self.assertEqual(side_of(both("p", host, {}), p=CHANGE).winner, sides.UNMEASURED)

    def test_price_of_an_exit(self):
        """emulated: equal prices of an exit are a tie, since the exit was executed"""
        done = {"vm_exits": 100, "outside_tsc": 900, "outside_tsc__VMCALL": 900}
        self.assertEqual(side_of(both("p", done, done), p=EXIT).winner, "tie")

    def test_rare_exits(self):
        """emulated: exits too rare to be seen in a warm phase don't make it a tie; others count"""
        rare = {"vm_exits": 1, "tsc": 5099, "outside_tsc": 50, "outside_tsc__VMCALL": 50}
        self.assertEqual(side_of(both("p", {}, rare), p=WARM).winner, sides.UNMEASURED)
        self.assertEqual(side_of(both("p", {}, rare), p=CHANGE).winner, "tie")
        often = {**rare, "vm_exits": 20, "tsc": 6000}
        self.assertEqual(side_of(both("p", {}, often), p=WARM).winner, "ept")

    def test_one_repetition_is_enough(self):
        """emulated: a hypervisor that did something in one repetition did something"""
        rows = both("p", {}, {}, repetitions=3)
        rows[1][5][2]["vm_exits"] = 1
        self.assertTrue(side_of(rows, p=CHANGE).measured)


class Cold(unittest.TestCase):
    """Cold only where the backend starts cold."""

    SETUPS = both("setup", {"fault_fill": 300, "vm_exits": 300}, {"fault_fill": 40, "vm_exits": 40})

    def side(self, ept, spt, before=None, **declared):
        """A phase after set-up."""
        rows = (self.SETUPS if before is None else before) + both("p", ept, spt)
        return side_of(rows, setup=SETUP, **{"p": COLD, **declared})

    def test_both_fill(self):
        """cold: both fill their tables in it, so it counts"""
        side = self.side(
            {"fault_fill": 100, "vm_exits": 100, "tsc": 40000},
            {"fault_fill": 100, "vm_exits": 100, "tsc": 100000},
        )
        self.assertEqual((side.winner, side.factor, side.filled()), ("ept", 2.5, {}))

    def test_filled_in_setup(self):
        """cold: a backend that set-up had filled is not compared with one that fills"""
        filling = {"fault_fill": 100, "vm_exits": 100, "tsc": 100000}
        side = self.side({}, filling)
        self.assertEqual((side.winner, side.measured), (sides.FILLED, False))
        self.assertEqual(side.reason(), "EPT was filled in set-up")
        self.assertEqual(answer.winner_text(side), "not compared: EPT was filled in set-up")
        side = self.side(filling, {})
        self.assertEqual(side.reason(), "shadow paging was filled in set-up")
        side = side_of(self.SETUPS + both("p", {}, filling), "cycles", setup=SETUP, p=COLD)
        self.assertEqual(side.winner, sides.FILLED)

    def test_filled_in_a_phase(self):
        """cold: the reason names the phase that filled most"""
        before = self.SETUPS + both("early", {"fault_fill": 900}, {"fault_fill": 900})
        side = self.side({}, {"fault_fill": 1, "vm_exits": 1}, before)
        self.assertEqual(side.reason(), "EPT was filled in early")

    def test_nothing_filled_it(self):
        """cold: without any fill before, none is needed, and it counts"""
        before = both("setup", {}, {})
        side = self.side({}, {"fault_fill": 100, "vm_exits": 100, "tsc": 100000}, before)
        self.assertEqual(side.winner, "ept")

    def test_other_conditions(self):
        """cold: a change on filled tables is what its phase is about, and counts"""
        side = self.side({}, {"fault_fill": 9, "vm_exits": 9, "tsc": 9000}, p=CHANGE)
        self.assertEqual(side.winner, "ept")

    def test_own_run(self):
        """cold: what another run's set-up filled is not this one's"""
        rows = both("p", {}, {"fault_fill": 9, "vm_exits": 9, "tsc": 9000}) + [
            phase("ept", "setup", params="a=2", fault_fill=300)
        ]
        suite = suite_of(rows, setup=SETUP, p=COLD)
        self.assertEqual(suite.side("w", "p", "a=1").winner, "ept")


class Wholes(unittest.TestCase):
    """All phases of a workload and their set-up."""

    def test_sums(self):
        """wholes: set-up and all phases are summed, the median of each"""
        rows = [
            ("ept", {}, "w", "a=1", name, [sample(tsc=t, ops=10, vm_exits=e) for t, e in values])
            for name, values in (
                ("setup", ((100, 1), (900, 3), (500, 2))),
                ("p", ((1000, 5), (1000, 5), (4000, 5))),
            )
        ]
        rows += [("spt", {}, "w", "a=1", n, [sample(tsc=3000)]) for n in ("setup", "p")]
        (whole,) = wholes(suite_of(rows, setup=SETUP))
        self.assertEqual((whole.ept.cost, whole.ept.setup_cost, whole.ept.exits), (1500, 500, 7))
        # One sum for each repetition: 1100, 1900, 4500.
        self.assertEqual((whole.ept.low, whole.ept.high, whole.ept.count), (1100, 4500, 3))
        self.assertEqual((whole.spt.cost, whole.winner, whole.factor), (6000, "ept", 4))
        self.assertEqual(whole.spt.executed, 0)

    def test_filled_ept(self):
        """wholes: the price of an EPT that set-up filled is in them"""
        rows = both("setup", {"tsc": 40000, "vm_exits": 100}, {"tsc": 1000, "vm_exits": 1})
        rows += both("p", {}, {"tsc": 45000, "vm_exits": 90})
        (whole,) = wholes(suite_of(rows, setup=SETUP))
        # 45,000 against 46,000: the phase by itself says nine times.
        self.assertEqual((whole.winner, round(whole.factor, 3)), ("ept", 1.022))
        self.assertEqual(whole.phases[1].factor, 9)

    def test_unmeasured(self):
        """wholes: one with a warm phase that can't be measured has no winner, but a lead"""
        rows = both("setup", {"tsc": 1000, "vm_exits": 9}, {"tsc": 2500, "vm_exits": 9})
        rows += both("p", {}, {"tsc": 9500, "vm_exits": 90}) + both("hot", {}, {})
        (whole,) = wholes(suite_of(rows, setup=SETUP, hot=WARM))
        self.assertEqual((whole.winner, whole.measured), (sides.UNMEASURED, False))
        self.assertEqual([p.phase for p in whole.open], ["hot"])
        # 1,500 in set-up and 4,500 in p, for 100 warm operations.
        self.assertEqual(whole.lead(), 60)
        (whole,) = wholes(suite_of(rows, "cycles", setup=SETUP, hot=WARM))
        self.assertEqual((whole.winner, whole.lead()), ("ept", None))

    def test_quiet_change(self):
        """wholes: a change that needs no hypervisor leaves the whole measured"""
        rows = both("setup", {"tsc": 1000, "vm_exits": 9}, {"tsc": 2500, "vm_exits": 9})
        rows += both("p", {}, {})
        (whole,) = wholes(suite_of(rows, setup=SETUP))
        self.assertEqual((whole.winner, whole.open), ("ept", []))

    def test_all_phases(self):
        """wholes: a workload lacks one where a phase ran under one backend only"""
        rows = both("setup", {"vm_exits": 1}, {"vm_exits": 1}) + [phase("ept", "p", vm_exits=1)]
        self.assertEqual(wholes(suite_of(rows, setup=SETUP)), [])

    def test_figures(self):
        """figures.tsv counts wholes and cold phases, each by who is cheaper and what is neither"""
        cheap, dear = {"tsc": 5000, "vm_exits": 9}, {"tsc": 9000, "vm_exits": 9}
        rows = both("p", cheap, dear, workload="one") + both("p", dear, cheap, workload="two")
        rows += both("p", cheap, cheap, workload="three")
        rows += both("p", cheap, dear, workload="four") + both("hot", {}, {}, workload="four")
        filled = {"fault_fill": 5, **cheap}
        rows += both("setup", filled, filled, workload="five")
        rows += both("first", filled, {**filled, "tsc": 9000}, workload="five")
        rows += both("second", {}, {**filled, "tsc": 9000}, workload="five")
        suite = suite_of(rows, hot=WARM, setup=SETUP, first=COLD, second=COLD)
        found = {
            name: value
            for prefix, what, other in (
                ("wholes", wholes(suite), ("unmeasured", sides.UNMEASURED)),
                ("cold", suite.sides(COLD), ("filled", sides.FILLED)),
            )
            for name, value, _ in headline.counted(prefix, what, "things", other)
        }
        self.assertEqual(
            found,
            {
                **{"wholes.ept_cheaper": "2", "wholes.spt_cheaper": "1"},
                **{"wholes.equal": "1", "wholes.unmeasured": "1"},
                **{"cold.ept_cheaper": "1", "cold.spt_cheaper": "0"},
                **{"cold.equal": "0", "cold.filled": "1"},
            },
        )


class Shown(unittest.TestCase):
    """What is not measurable is nowhere a tie, and has no place among results."""

    def suite(self, unit="instructions"):
        """A change that EPT wins, warm phases under two strategies and two sizes."""
        rows = []
        for params in ("pages=8", "pages=64"):
            rows += both("p", {"vm_exits": 9}, {"tsc": 9000, "vm_exits": 99}, params=params)
            rows += both("hot", {}, {}, params=params)
        rows.append(phase("spt", "hot", {"spt.pcid": "off"}, params="pages=8"))
        return suite_of(rows, unit, hot=WARM)

    def test_bullets(self):
        """the answer names what it can't tell and claims no tie of it"""
        text = answer.bullet(self.suite(), WARM)
        self.assertIn("1 phase is not measurable here (w: hot)", text)
        self.assertNotIn("equal", text)
        self.assertIn("equal in all 1 phase", answer.bullet(self.suite("cycles"), WARM))
        (line,) = answer.shadow_wins(self.suite())
        self.assertIn("Of 2 phases", line)
        self.assertIn("2 more are not measurable here", line)

    def test_score(self):
        """the headline counts what was measured, and says how much was not"""
        text = answer.score(self.suite(), wholes(self.suite()))
        self.assertIn("EPT is cheaper in 0, shadow paging in 0**; in 0 they cost the same", text)
        self.assertIn("**1 is not measurable here**", text)
        text = answer.score(self.suite("cycles"), wholes(self.suite("cycles")))
        self.assertIn("EPT is cheaper in 1, shadow paging in 0", text)
        self.assertNotIn("measurable", text)

    def test_ablations(self):
        """an ablation counts phases that can't be told apart from those left as they were"""
        ((_, (filled,)),) = groups.groups(self.suite())
        self.assertEqual((filled.rows, filled.same, filled.unmeasured), ([], 0, 1))
        ((_, (filled,)),) = groups.groups(self.suite("cycles"))
        self.assertEqual((filled.rows, filled.same, filled.unmeasured), ([], 1, 0))

    def test_sweeps(self):
        """a sweep has no panel for a phase that can't be measured, and its caption says so"""
        for unit, panels, words in (
            ("instructions", ["w: p (change)"], " The cost of w: hot is not measurable here."),
            ("cycles", ["w: p (change)", "w: hot (warm)"], ""),
        ):
            suite = self.suite(unit)
            found = sweeps.cost_panels(suite, "w", "pages", "pages", unit)
            self.assertEqual([panel[0] for panel in found], panels)
            self.assertEqual(sweeps.left_out(suite, ["w"], "pages"), words)

    def test_setup_is_apart(self):
        """set-up is in no comparison of phases, settings or sweeps"""
        rows = both("setup", {"vm_exits": 1}, {"vm_exits": 9}) + both("p", {}, {"vm_exits": 1})
        rows.append(phase("spt", "setup", {"spt.pcid": "off"}, tsc=99999))
        suite = suite_of(rows, setup=SETUP)
        self.assertEqual(suite.pairs(), [("w", "p")])
        self.assertEqual(suite.phases("w"), ["p"])
        self.assertEqual([s.name for s in suite.sides()], ["w: p"])
        self.assertEqual(groups.groups(suite), [])
