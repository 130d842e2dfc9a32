# SPDX-License-Identifier: GPL-2.0
"""Damaged run folders: one clear sentence, exit status 1, no report."""
import os
import shutil
import tempfile
import unittest

import synthetic
from test_report import read, report


class BadInput(unittest.TestCase):
    """Every test damages a good run folder and reads the sentence."""

    @classmethod
    def setUpClass(cls):
        cls.good = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        synthetic.write(cls.good)
        cls.text = read(cls.good, "results.csv")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.good)

    def refused(self, text, *words, file="results.csv"):
        """The report refuses a run whose FILE holds TEXT, in one line with WORDS."""
        run = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        self.addCleanup(shutil.rmtree, run)
        os.mkdir(os.path.join(run, "proof-in"))
        for name in ("results.csv", "environment.json", "machine.json", "proof-in/host"):
            shutil.copy(os.path.join(self.good, name), os.path.join(run, name))
        os.remove(os.path.join(run, file))
        if text is not None:
            with open(os.path.join(run, file), "w", encoding="utf-8") as out:
                out.write(text)
        done = report(run)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(run, "report.html")))

    def test_no_file(self):
        """no results.csv is refused"""
        self.refused(None, "does not exist", "no results")

    def test_no_folder(self):
        """a folder that is not there is refused"""
        done = report("/nonexistent/run")
        self.assertEqual(
            (done.returncode, done.stderr), (1, "report: /nonexistent/run is not a folder\n")
        )

    def test_empty(self):
        """an empty results.csv is refused"""
        self.refused("", "is empty")

    def test_header_only(self):
        """a header without rows is refused"""
        self.refused(self.text.split("\n", 1)[0] + "\n", "no rows")

    def test_missing_column(self):
        """a missing column is refused by name"""
        self.refused(self.text.replace(",phase,", ",stage,", 1), "no column 'phase'")

    def test_no_condition(self):
        """a run of a version whose guests declared no condition is refused, with its writer"""
        lines = [line.split(",") for line in self.text.splitlines()]
        at = lines[0].index("condition")
        self.refused(
            "".join(",".join(f[:at] + f[at + 1 :]) + "\n" for f in lines),
            "no column 'condition': the hvbench that wrote it (commit 000000000000) is older",
            "Measure again with make bench",
        )

    def test_unknown_condition(self):
        """a condition that is none is refused with its line"""
        self.refused(
            self.text.replace(",warm,exit,", ",warm,tepid,", 1),
            "line ",
            "unknown condition 'tepid' (setup, cold, warm, change, exit are known)",
        )

    def test_two_conditions(self):
        """a phase that is declared to be two things is refused"""
        start, end = self.text.rsplit(",hot,warm,", 1)
        self.refused(start + ",hot,cold," + end, "phase hot of hot-set is 'cold', above it was 'warm'")

    def test_strange_column(self):
        """a column that means nothing is refused"""
        head, rest = self.text.split("\n", 1)
        self.refused(head + ",mood\n" + rest, "mean nothing here: mood")

    def test_unknown_knob(self):
        """a knob that this tree does not know is refused"""
        self.refused(self.text.replace(",spt.sync,", ",spt.magic,", 1), "knob 'spt.magic'")

    def test_cut_in_line(self):
        """a file cut in the middle of a line is refused"""
        self.refused(
            self.text[: len(self.text) // 2].rsplit("\n", 1)[0] + "\nhvbench,ep", "middle of a line"
        )

    def test_cut_in_fields(self):
        """a line with too few fields is refused with its number"""
        lines = self.text.splitlines(keepends=True)[:501]
        self.refused("".join(lines) + "hvbench,ept,4k\n", "line 502 has 3 fields", "cut short")

    def test_cut_between_rows(self):
        """a file cut between two rows of a phase is refused"""
        lines = self.text.splitlines(keepends=True)
        self.refused("".join(lines[:-4]), "cut short or damaged")

    def test_no_default_rows(self):
        """a run without the default knobs is refused"""
        lines = self.text.splitlines(keepends=True)
        at = lines[0].split(",").index("vpid")
        self.refused(
            "".join(lines[:1] + [x for x in lines[1:] if x.split(",")[at] == "off"]),
            "no rows with the default knobs",
        )

    def test_no_outside(self):
        """a run of ours that does not tell its TSC outside the guest is refused"""
        lines = self.text.splitlines(keepends=True)
        self.refused(
            "".join(x for x in lines if ",outside_tsc," not in x),
            "no 'outside_tsc' for hvbench ept hypercall",
        )

    def test_bad_proof(self):
        """a damaged file of build/proof is refused with its line"""
        for text, word in (
            ("proof.accesses\tmany\taccesses\n", "line 1 is not a name, a number and a unit"),
            ("a\t1\tb\na\t2\tb\n", "line 2: a is there twice"),
            ("a\t1\n", "line 1 is not"),
        ):
            self.refused(text, word, file="proof-in/host")

    def test_bad_value(self):
        """a value that is no number is refused"""
        head, first, rest = self.text.split("\n", 2)
        self.refused(
            "\n".join([head, first.rsplit(",", 1)[0] + ",-1", rest]),
            "line 2",
            "'-1' is not an unsigned number",
        )

    def test_doubled_row(self):
        """the same counter twice is refused"""
        head, first, rest = self.text.split("\n", 2)
        self.refused("\n".join([head, first, first, rest]), "line 3", "appears twice")

    def test_mixed_units(self):
        """cycles and instructions in one file are refused"""
        start, end = self.text.rsplit(",tsc,instructions,", 1)
        self.refused(start + ",tsc,cycles," + end, "different machines")

    def test_zero_operations(self):
        """a phase without operations is refused"""
        at = self.text.index(",ops,operations,") + len(",ops,operations,")
        end = self.text.index("\n", at)
        self.refused(self.text[:at] + "0" + self.text[end:], "0 operations")

    def test_broken_environment(self):
        """a damaged environment.json is refused"""
        self.refused("{", "environment.json cannot be read", file="environment.json")

    def test_other_machine(self):
        """an environment of another machine is refused"""
        self.refused('{"machine": "metal"}', "not of one run", file="environment.json")

    def test_bad_seconds(self):
        """a boot time that is no number is refused"""
        self.refused(
            '{"boot_seconds": "soon"}', "'soon' is not a number of seconds", file="machine.json"
        )
