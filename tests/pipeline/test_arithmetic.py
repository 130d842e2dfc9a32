# SPDX-License-Identifier: GPL-2.0
"""The arithmetic of scripts/report, number by number."""
import unittest

import conditions
import environment
import headline
import measure
import peer
import repeat
import results
import suite as suite_of_run
import uapi
import verdicts


def sample(**more):
    """A sample of round numbers; `exit__NAME` stands for exit.NAME."""
    values = {
        "ops": 100,
        "tsc": 5000,
        "vm_exits": 30,
        "table_bytes": 8192,
        "table_pages": 2,
        "guest_table_bytes": 4096,
    }
    values.update({k.replace("__", "."): v for k, v in more.items()})
    return values


def suite_of(rows, unit="instructions", **declared):
    """A suite.Suite over [(mmu, knobs, workload, params, phase, [samples])].

    DECLARED has the condition of a phase by its name (with _ for -); others are changes.
    """
    made = results.Results(list(uapi.knobs()))
    made.tsc_unit = unit
    for _, _, workload, _, phase, _ in rows:
        condition = declared.get(phase.replace("-", "_"), conditions.CHANGE)
        made.declared[(workload, phase)] = condition
    for mmu, changed, workload, params, phase, samples in rows:
        knobs = tuple(
            (k, changed.get(k, default if "." not in k or k.startswith(mmu) else "-"))
            for k, (_, default) in uapi.knobs().items()
        )
        made.samples[results.Condition("hvbench", mmu, knobs, workload, params, phase)] = {
            i + 1: s for i, s in enumerate(samples)
        }
    return suite_of_run.Suite(made, uapi.knobs())


class Sample(unittest.TestCase):
    """One sample."""

    def test_host_interrupts(self):
        """host interrupts are in no figure"""
        s = sample(
            tsc=5000,
            vm_exits=30,
            host_exits=3,
            host_tsc=600,
            exit__EXTERNAL_INTERRUPT=3,
            outside_tsc__EXTERNAL_INTERRUPT=600,
            exit__VMCALL=30,
        )
        self.assertEqual(measure.tsc_of(s), 5000)
        self.assertEqual(measure.exits_total(s), 30)
        m = measure.Measure([s])
        self.assertEqual((m.cost, m.exits), (50.0, 0.3))
        self.assertEqual(m.exits_by, {"VMCALL": 0.3})

    def test_flush_classes(self):
        """the three classes of flushes are summed apart"""
        s = sample(
            flush_invvpid_addr=5,
            flush_invept_single=2,
            guest_flush_cr3=7,
            guest_flush_invlpg=1,
            guest_untrapped_flushes=11,
            guest_asked_cr3=18,
        )
        self.assertEqual(measure.executed_total(s), 7)
        self.assertEqual(measure.trapped_total(s), 8)
        self.assertEqual(measure.untrapped_total(s), 11)

    def test_transition_flushes(self):
        """without VPID each exit is a flush beside those by instructions"""
        s = sample(flush_transition=30, host_exits=3, flush_invvpid_addr=1)
        self.assertEqual(measure.executed_total(s), 31)


class Statistics(unittest.TestCase):
    """Several samples."""

    def test_median(self):
        """odd and even numbers of repetitions give the median of the costs"""

        def cost(*values):
            return measure.Measure([sample(tsc=v * 100) for v in values]).cost

        self.assertEqual(cost(5, 100, 6), 6)
        self.assertEqual(cost(5, 100, 6, 8), 7)

    def test_median_per_operation(self):
        """the median is taken of costs per operation, not of totals"""
        m = measure.Measure(
            [sample(tsc=1000, ops=10), sample(tsc=900, ops=1), sample(tsc=2000, ops=10)]
        )
        self.assertEqual(m.cost, 200)

    def test_interval(self):
        """the interval is the range below six values, then order statistics"""
        self.assertEqual(measure.interval([3, 1, 2]), (1, 3))
        self.assertEqual(measure.interval(range(1, 7)), (1, 6))
        self.assertEqual(measure.interval(range(1, 10)), (2, 8))
        self.assertEqual(measure.interval(range(1, 21)), (6, 15))

    def test_compare(self):
        """the winner is the cheaper one, and near costs are equal"""

        def at(tsc):
            return measure.Measure([sample(tsc=tsc)])

        self.assertEqual(measure.compare(at(1000), at(3000)), ("ept", 3.0))
        self.assertEqual(measure.compare(at(3000), at(1500)), ("spt", 2.0))
        self.assertEqual(measure.compare(at(1000), at(1019))[0], "tie")
        self.assertEqual(measure.compare(at(1000), at(1021))[0], "ept")

    def test_overlap(self):
        """from six repetitions on, overlapping intervals are equal"""

        def around(middle):
            return measure.Measure([sample(tsc=middle + 100 * i) for i in range(-3, 4)])

        self.assertEqual(measure.compare(around(1000), around(1200))[0], "tie")
        self.assertEqual(measure.compare(around(1000), around(3000))[0], "ept")


class Choosing(unittest.TestCase):
    """Which rows stand for a workload."""

    def test_base_is_most_used(self):
        """the base is the parameter set of most experiments, not the first"""
        suite = suite_of(
            [
                ("ept", {}, "w", "pages=1", "warm", [sample()]),
                ("ept", {}, "w", "pages=2", "warm", [sample()]),
                ("spt", {}, "w", "pages=2", "warm", [sample()]),
            ]
        )
        self.assertEqual(suite.base, {"w": "pages=2"})

    def test_base_tie(self):
        """equally used parameter sets: the first in the file is the base"""
        suite = suite_of(
            [
                (m, {}, "w", "pages=%d" % n, "warm", [sample()])
                for n in (9, 2)
                for m in ("ept", "spt")
            ]
        )
        self.assertEqual(suite.base, {"w": "pages=9"})

    def test_phases_are_no_experiments(self):
        """more phases do not make a parameter set the base"""
        suite = suite_of(
            [("ept", {}, "w", "pages=1", p, [sample()]) for p in ("first-touch", "warm", "x")]
            + [(m, {}, "w", "pages=2", "warm", [sample()]) for m in ("ept", "spt")]
        )
        self.assertEqual(suite.base, {"w": "pages=2"})

    def test_defaults_only(self):
        """a measurement with another knob never stands for the default"""
        suite = suite_of(
            [
                ("ept", {"vpid": "off"}, "w", "pages=1", "warm", [sample(tsc=100)]),
                ("ept", {}, "w", "pages=1", "warm", [sample(tsc=700)]),
            ]
        )
        self.assertEqual(suite.find("ept", "w", "warm").cost, 7)
        self.assertEqual(suite.find("ept", "w", "warm", None, {"vpid": "off"}).cost, 1)
        self.assertIsNone(suite.find("spt", "w", "warm"))
        self.assertEqual(suite.settings(), [("ept", {"vpid": "off"})])

    def test_sweep(self):
        """a sweep is what differs from the base in one parameter only"""
        suite = suite_of(
            [
                ("ept", {}, "w", "pages=%d seed=%d" % (n, s), "warm", [sample()])
                for n, s in ((64, 1), (8, 1), (512, 1), (8, 2))
            ]
            + [("spt", {}, "w", "pages=64 seed=1", "warm", [sample()])]
        )
        self.assertEqual([v for v, _ in suite.sweep("w", "pages")], [8, 64, 512])
        self.assertEqual(suite.sweep("w", "stride"), [])

    def test_best(self):
        """the best strategy has the fewest exits, then the lowest cost, then the fewest knobs"""
        trap, filtered = {"spt.sync": "trap"}, {"spt.sync": "trap", "spt.filter": "on"}
        rows = [
            ("spt", {}, "w", "a=1", "p", [sample(vm_exits=200)]),
            ("spt", {"vpid": "off"}, "w", "a=1", "p", [sample(vm_exits=10)]),
            ("ept", {}, "w", "a=1", "p", [sample(vm_exits=0)]),
            ("spt", trap, "w", "a=1", "p", [sample(vm_exits=100, tsc=9000)]),
            ("spt", filtered, "w", "a=1", "p", [sample(vm_exits=100, tsc=9000)]),
            ("spt", trap, "w", "a=2", "p", [sample(vm_exits=1)]),
        ]
        changed, m = suite_of(rows).best("w", "p")
        self.assertEqual((changed, m.exits), (trap, 1))
        rows[4] = (*rows[4][:5], [sample(vm_exits=100, tsc=8000)])
        self.assertEqual(suite_of(rows).best("w", "p")[0], filtered)
        # A thousandth of an exit less is no reason to pay more.
        rows[4] = (*rows[4][:5], [sample(vm_exits=1000, ops=1000, tsc=80000)])
        rows[3] = (*rows[3][:5], [sample(vm_exits=1001, ops=1000, tsc=70000)])
        self.assertEqual(suite_of(rows).best("w", "p")[0], trap)
        self.assertIsNone(suite_of(rows).best("w", "q"))


class Log(unittest.TestCase):
    """Dirty logging."""

    def test_costs(self):
        """a look costs from exit to entry, a written page what is left"""
        m = measure.Measure(
            [
                sample(
                    tsc=10000,
                    log_collect=4,
                    log_written=20,
                    exit__IO_INSTRUCTION=4,
                    outside_tsc__IO_INSTRUCTION=2000,
                )
            ]
        )
        self.assertEqual((m.look_cost, m.written_cost), (500, 400))

    def test_no_log(self):
        """without looks there is no cost of one, whatever the ports did"""
        m = measure.Measure([sample(exit__IO_INSTRUCTION=9, outside_tsc__IO_INSTRUCTION=900)])
        self.assertEqual((m.looks, m.look_cost, m.written_cost), (0, None, None))

    def test_other_ports(self):
        """a phase whose port exits are not its looks is an error, not a wrong cost"""
        with self.assertRaises(ValueError):
            measure.look_tsc(sample(log_collect=4, exit__IO_INSTRUCTION=5))


class Figures(unittest.TestCase):
    """figures.tsv."""

    def test_text(self):
        """values are printed without digits of noise"""
        for value, wanted in (
            (1, "1"),
            (1.0, "1"),
            (0, "0"),
            (1.25, "1.25"),
            (2306.4, "2306"),
            (706.06, "706.1"),
            (12.346, "12.35"),
            (0.0004, "0"),
            (1 / 3, "0.333"),
            (100.0, "100"),
            (1e6, "1000000"),
        ):
            self.assertEqual(headline.text(value), wanted)
        self.assertEqual([verdicts.number(v) for v in (1280.9, 999.96, 12345, 1.25)],
                         ["1,281", "1000", "12,345", "1.25"])

    def test_selection(self):
        """figures come from the default knobs, and a missing one is left out"""
        suite = suite_of(
            [
                ("ept", {"vpid": "off"}, "hypercall", "count=9", "warm", [sample(tsc=100)]),
                (
                    "spt",
                    {},
                    "hypercall",
                    "count=9",
                    "warm",
                    [sample(tsc=70600, vm_exits=100, flush_invvpid_all=50)],
                ),
            ]
        )
        peers = peer.Peers(suite)
        rows = headline.figures(suite, peers, [("bench.seconds", None)])
        self.assertEqual(
            rows,
            [
                ("hypercall.spt", "706", "instructions"),
                ("hypercall.spt.exits", "1", "exits"),
                ("hypercall.spt.flushes", "0.5", "flushes"),
            ],
        )
        told = headline.missing(suite, peers, [("bench.seconds", None)])
        self.assertTrue(told[0].startswith("hypercall.ept is not available: no rows"))
        self.assertTrue(told[-1].startswith("bench.seconds is not available"))
        # Of twelve figures one is there; three strategies, KVM, the proofs, the seconds.
        self.assertEqual(len(told), 11 + 3 + 1 + len(headline.PROVEN) + 1)


class Rest(unittest.TestCase):
    """Lists, lines of code, repetition."""

    def test_lists(self):
        """the preprocessor and the reader of knobs see the lists of hv/uapi"""
        names = [c[0] for c in uapi.counters()]
        self.assertEqual(names[0], "vm_exits")
        self.assertEqual(len(names), len(set(names)))
        self.assertIn((48, "EPT_VIOLATION"), [r[:2] for r in uapi.exit_reasons()])
        expanded = {
            r[1]: (r[2].split("|"), r[2].split("|")[int(r[3])])
            for r in uapi.expand("knobs.h", "HVBENCH_KNOBS", 5)
        }
        self.assertEqual(uapi.knobs(), expanded)

    def test_code_lines(self):
        """comments and blank lines are no lines of code, strings are"""
        self.assertEqual(
            environment.count_code(
                '/* one\n * two */\n\nint a; // b\nchar *s = "/* no comment";\n\t\n'
                "/* c */ int d; /* e\n */\nchar q = '\"'; /* f */\n}\n"
            ),
            5,
        )

    def test_repeat(self):
        """counts that differ between repetitions are named, interrupts and times are not"""
        same = [sample(tsc=5), sample(tsc=9, exit__EXTERNAL_INTERRUPT=2)]
        same[0]["host_exits"], same[1]["host_exits"] = 0, 2
        suite = suite_of([("ept", {}, "w", "a=1", "warm", same)])
        self.assertEqual(repeat.unsteady(suite.results), {})
        suite = suite_of([("ept", {}, "w", "a=1", "warm", same + [sample(vm_exits=31)])])
        self.assertEqual(list(repeat.unsteady(suite.results)), ["vm_exits"])
        self.assertIn("vm_exits (in 1 of 1 conditions)", repeat.sentence(suite.results))
