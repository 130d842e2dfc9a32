# SPDX-License-Identifier: GPL-2.0
"""The three kinds of machine: each is named wherever its numbers are shown."""
import json
import os
import re
import shutil
import tempfile
import unittest

import environment
import synthetic
import whole
from test_report import PICTURES, read, report

WORDS = {"emulated": "emulated machine", "nested": "VM with nested VT-x", "metal": "metal"}


def write_run(folder, kind):
    """A synthetic run of that kind of machine."""
    synthetic.write(folder, "instructions" if kind == "emulated" else "cycles")
    path = os.path.join(folder, "environment.json")
    values = environment.read_json(path)
    values["machine"] = kind
    with open(path, "w", encoding="utf-8") as file:
        json.dump(values, file)


class Machines(unittest.TestCase):
    """A report of each."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        cls.run_dir = os.path.join(cls.top, "nested")
        write_run(cls.run_dir, "nested")
        cls.done = report(cls.run_dir)
        cls.page = read(cls.run_dir, "report.md")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def test_named(self):
        """nested: the title, the first sentence and every picture name it"""
        self.assertEqual((self.done.returncode, self.done.stderr), (0, ""))
        self.assertTrue(
            self.page.startswith(
                "# EPT against shadow page tables (VM with nested VT-x)\n\n"
                "**VM with nested VT-x.** "
            )
        )
        self.assertIn("<title>EPT against shadow page tables (VM with nested VT-x)</title>",
                      read(self.run_dir, "report.html"))
        for name in PICTURES:
            svg = read(self.run_dir, "plots", name + ".svg")
            self.assertIn("nested VT-x", svg, name)
            self.assertNotIn("metal", svg, name)

    def test_warm_counts(self):
        """nested: every phase is measurable, as on the metal"""
        self.assertNotIn("not measurable", self.page.lower())
        figures = read(self.run_dir, "figures.tsv")
        self.assertIn("wholes.unmeasured\t0\tworkloads\n", figures)

    def test_not_of_one_run(self):
        """nested: an environment.json that says so beside instructions is refused"""
        run = os.path.join(self.top, "mixed")
        write_run(run, "emulated")
        path = os.path.join(run, "environment.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"machine": "nested"}')
        done = report(run)
        self.assertEqual(done.returncode, 1)
        self.assertIn("says 'nested' but results.csv counts instructions", done.stderr)

    def test_kinds(self):
        """a kind of machine is what environment.json says, and without it what the unit says"""
        kind = environment.machine_kind
        self.assertEqual((kind({}, True), kind({}, False)), ("emulated", "metal"))
        self.assertEqual(kind({"machine": "nested"}, False), "nested")
        self.assertEqual({k: environment.WHERE[k] for k in WORDS}, WORDS)
        self.assertEqual(set(whole.UNITS), set(WORDS))

    def test_one_backend(self):
        """every kind is named by a report without a comparison, too"""
        for kind, words in WORDS.items():
            run = os.path.join(self.top, "kvm-" + kind)
            write_run(run, kind)
            path = os.path.join(run, "results.csv")
            lines = read(path).splitlines(keepends=True)
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(lines[:1] + [x for x in lines if x.startswith("kvm,ept,")])
            done = report(run)
            self.assertEqual(done.returncode, 0, done.stderr)
            page = read(run, "report.md")
            self.assertTrue(page.startswith("# KVM alone: EPT (%s)\n" % words), page[:80])
            self.assertTrue(re.search(r"\n\nIt ran in this machine: \*\*%s\*\*" % words, page))
