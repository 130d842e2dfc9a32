# SPDX-License-Identifier: GPL-2.0
"""Rows of modelled CPUs: what the report makes of them, and that nothing else changes."""
import os
import re
import subprocess
import tempfile
import unittest

import modelled
import modelled_sweeps
import results
import suite as suite_of_run
import synthetic
import synthetic_model
import uapi

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "report")


def call(script, *words):
    """Run a script of scripts/report."""
    return subprocess.run(
        [os.path.join(SCRIPTS, script), *words], capture_output=True, text=True, check=False
    )


def read(*parts):
    """The text of a file."""
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


class Modelled(unittest.TestCase):
    """A synthetic run without models, and the same with them."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.plain, cls.with_models = (
            os.path.join(cls.scratch.name, name) for name in ("plain", "with-models")
        )
        for folder in (cls.plain, cls.with_models):
            synthetic.write(folder)
        synthetic_model.add(cls.with_models)
        for folder in (cls.plain, cls.with_models):
            done = call("report", "--proof", os.path.join(folder, "proof-in"), folder)
            if done.returncode:
                raise AssertionError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def figures(self, folder):
        """{name: (value, unit)} of figures.tsv."""
        rows = (line.split("\t") for line in read(folder, "figures.tsv").splitlines())
        return {name: (value, unit) for name, value, unit in rows}

    def test_nothing_else_changes(self):
        """rows of modelled CPUs change no other figure, picture or table of the report"""
        plain, more = self.figures(self.plain), self.figures(self.with_models)
        of_model = re.compile(r"(kvm\.)?model\.|stale\.")
        self.assertEqual(plain, {n: v for n, v in more.items() if not of_model.match(n)})
        self.assertFalse([n for n in plain if of_model.match(n)])
        self.assertEqual(more["kvm.model.worst.ept"][1], "ratio")
        for name in sorted(os.listdir(os.path.join(self.plain, "plots"))):
            if name.endswith(".tsv"):
                self.assertEqual(
                    read(self.plain, "plots", name), read(self.with_models, "plots", name), name
                )
        told = read(self.with_models, "report.md").replace(self.with_models, self.plain)
        begin, end = told.index("## The answer in modelled"), told.index("## The answer\n")
        told = re.sub(r"\| model\..*\n", "", told[:begin] + told[end:])
        # Claims that only a model can judge are test_verdicts'.
        judged = re.compile("## The literature's claims.*?## Environment", re.DOTALL)
        told, plain = (judged.sub("", t) for t in (told, read(self.plain, "report.md")))
        self.assertTrue(told == plain, "report.md is another")

    def test_figures(self):
        """the figures of modelled cycles are the middle of guest and hypervisor, per operation"""
        found = self.figures(self.with_models)
        for cpu in synthetic_model.CPUS:
            for name in ("hypercall", "fill.ept", "fill.spt", "switch.spt"):
                self.assertIn("model.%s.%s" % (name, cpu), found)
        # An instruction and two walks in the guest; an exit, and a walk for it, in the host.
        self.assertEqual(found["model.fill.ept.skylake-sp"], ("1061", "modelled cycles"))
        self.assertEqual(found["model.fill.spt.skylake-sp"], ("1041", "modelled cycles"))
        rows = read(self.with_models, "results.csv").count(".stale_checked,hits,3\n")
        self.assertEqual(found["stale.checked"], ("%d" % (3 * rows), "hits"))
        self.assertEqual(found["stale.found"], ("0", "hits"))
        self.assertEqual(found["model.spt_cheaper"][1], "phases and workloads")
        self.assertGreater(int(found["model.spt_cheaper"][0]), 0)
        self.assertGreater(int(found["model.ept_cheaper"][0]), 0)

    def test_report(self):
        """the report has a table for each CPU, with native beside both MMUs"""
        text = read(self.with_models, "report.md")
        for cpu in synthetic_model.CPUS:
            self.assertIn("Modelled cycles per operation on %s, middle [low, high]" % cpu, text)
        self.assertRegex(
            text, r"\| dense-sequential: warm \| shadow \| 21 \[15.75, 42\] \| 41 \["
        )
        self.assertRegex(text, r"\| switch \| EPT \|")
        pictures = re.findall(r"plots/(model-[a-z0-9-]+)\.svg", text)
        self.assertEqual(
            pictures, ["model-%s-skylake-sp" % n for n in ("break-even", "footprint", "density")]
        )
        self.assertIn("| model.skylake-sp.title | skylake-sp |", text)
        self.assertNotIn("model.skylake-sp.description", text)

    def test_verdicts(self):
        """claims that a count of instructions can't judge are judged by the model"""
        text, plain = read(self.with_models, "report.md"), read(self.plain, "report.md")

        def verdict(report, claim):
            return report.split("### “%s" % claim)[1].split("###")[0]

        walks = verdict(text, "Every EPT access walks two tables")
        self.assertIn("**Holds in part.**", walks)
        self.assertRegex(walks, "reads 3 under EPT and 1.5 under shadow")
        self.assertIn("Not measurable here", verdict(plain, "Every EPT access walks two tables"))
        hits = verdict(text, "Shadow paging is fast when it hits")
        self.assertRegex(hits, "takes 21 modelled cycles of skylake-sp under shadow paging, 41 under")
        misses = verdict(text, "EPT suits programs with many")
        self.assertRegex(misses, "EPT is cheaper in 0 of [0-9]+ phases")
        # EPT's 2 walks cost 20 cycles more; shadow paging's edit 3,081 - 41.
        even = text.split("### Break-even")[1].split("##")[0]
        self.assertRegex(even, "takes more than 304 page walks")
        self.assertIn("It is not drawn here", plain)

    def test_winner(self):
        """a winner is named only where low, middle and high agree"""
        band = modelled.Band
        self.assertEqual(modelled.winner(band(1, 2, 3), band(2, 3, 4)), "ept")
        self.assertEqual(modelled.winner(band(2, 3, 4), band(1, 2, 3)), "spt")
        self.assertEqual(modelled.winner(band(1, 3, 4), band(2, 2, 3)), "undecided")
        self.assertEqual(modelled.winner(band(100, 100, 100), band(101, 101, 101)), "tie")
        self.assertEqual(modelled.winner(band(0, 0, 0), band(0, 0, 0)), "tie")

    def test_names_of_rows(self):
        """only the rows of models are taken for such"""
        self.assertEqual(
            modelled.name_of_row("model.zen-4.guest.walk_load"), ("zen-4", "guest", "walk_load")
        )
        for other in ("exit.CPUID", "outside_histogram.CPUID.3", "model", "models.a.b.c"):
            self.assertIsNone(modelled.name_of_row(other))

    def test_crossing(self):
        """a sweep's mark is the first value from which shadow paging wins to the end"""
        bands = {"spt": modelled.Band(2, 2, 2), "tie": modelled.Band(4, 4, 4), "ept": modelled.Band(9, 9, 9)}

        class OfList:
            """Stands for a Modelled: EPT always costs 4, shadow paging what the winner says."""

            @staticmethod
            def of(mmu, workload, phase, params):
                """The winner's word is where parameters are else."""
                assert (workload, phase) == ("a", "b")
                return bands["tie"] if mmu == "ept" else bands.get(params)

        def crossing(*winners):
            return modelled_sweeps.crossing(OfList, "a", "b", dict(enumerate(winners)))

        self.assertEqual(crossing("ept", "tie", "spt", "spt"), 2)
        self.assertEqual(crossing("spt", "tie", "spt"), 2)
        self.assertEqual(crossing("spt", "unknown", "spt"), 0)
        self.assertIsNone(crossing("spt", "tie"))
        self.assertIsNone(crossing("ept"))
        text = read(self.with_models, "plots", "model-footprint-skylake-sp.gp")
        self.assertEqual(text.count('"shadow cheaper from 64 pages"'), 2)

    def test_some_phases_only(self):
        """a run that is modelled in part has the figures of that part"""
        folder = os.path.join(self.scratch.name, "part")
        synthetic.write(folder)
        synthetic_model.add(folder, ("skylake-sp",), lambda row: row["workload"] == "hypercall")
        loaded = results.load(os.path.join(folder, "results.csv"))
        suite = suite_of_run.Suite(loaded, uapi.knobs())
        self.assertEqual(
            [name for name, _, _ in modelled.figures(suite)],
            ["model.hypercall.skylake-sp", "model.spt_cheaper", "model.ept_cheaper"]
            + ["stale.checked", "stale.found"],
        )
        self.assertEqual([p.workload for p in modelled.models(suite)[0].pairs], ["hypercall"])

    def test_compare(self):
        """compare takes runs with and without modelled CPUs, and sees a count that differs"""
        done = call("compare", self.plain, self.with_models, "--exact")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        other = os.path.join(self.scratch.name, "other")
        synthetic.write(other)
        synthetic_model.add(other)
        path = os.path.join(other, "results.csv")
        text = read(path)
        changed = re.sub(r"(model\.zen-4\.guest\.walk_load,walks,)\d+", r"\g<1>7", text, count=1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        done = call("compare", self.with_models, other, "--exact")
        self.assertEqual(done.returncode, 1)
        self.assertIn("model.zen-4.guest.walk_load", done.stdout)
