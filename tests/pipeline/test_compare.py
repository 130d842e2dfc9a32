# SPDX-License-Identifier: GPL-2.0
"""compare: what changed between two runs, on tiny runs whose rows a test writes itself."""
import csv
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

import synthetic
from test_report import SCRIPTS, png_size, read
import uapi

COLUMNS = [
    *("workload", "params", "phase", "condition"),
    *("repetition", "counter", "unit", "value"),
]
COUNTERS = {
    **{"ops": 100, "tsc": 10000, "outside_tsc": 2000, "vm_exits": 50, "table_pages": 4},
    **{"table_bytes": 16384, "guest_table_bytes": 8192, "flush_invvpid_single": 20},
}


def compare(*words):
    """Run scripts/report/compare."""
    return subprocess.run(
        [os.path.join(SCRIPTS, "compare"), *words], capture_output=True, text=True, check=False
    )


class Runs(unittest.TestCase):
    """Writes runs into a folder of its own."""

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="hvbench-pipeline-")
        self.addCleanup(shutil.rmtree, self.top)

    def run_of(self, name, *conditions, unit="instructions", without=(), environment=None):
        """A run folder. A condition: (mmu, phase, changed knobs, [changed counters])."""
        folder = os.path.join(self.top, name)
        os.mkdir(folder)
        knobs = {k: default for k, (_, default) in uapi.knobs().items() if k not in without}
        with open(os.path.join(folder, "results.csv"), "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["engine", "mmu", *knobs, *COLUMNS])
            for mmu, phase, changed, repetitions in conditions:
                words = [{**knobs, **changed}[k] for k in knobs]
                for number, counters in enumerate(repetitions, 1):
                    place = ["hvbench", mmu, *words, "random", "pages=8", phase, "warm", number]
                    for counter, value in {**COUNTERS, **counters}.items():
                        word = unit if counter.endswith("tsc") else "events"
                        out.writerow([*place, counter, word, value])
        if environment:
            with open(os.path.join(folder, "environment.json"), "w", encoding="utf-8") as file:
                json.dump(environment, file)
        return folder

    def pair(self, before, after, *words, **more):
        """Compare two runs of one condition with these repetitions."""
        a = self.run_of("a", ("spt", "warm", {}, before), **more)
        b = self.run_of("b", ("spt", "warm", {}, after), **more)
        return compare(a, b, *words)


class Compare(Runs):
    """The command from the rows to the exit status."""

    def test_same(self):
        """compare: equal runs: one line, status 0"""
        done = self.pair([{}], [{}])
        self.assertEqual(
            (done.returncode, done.stdout, done.stderr),
            (0, "1 conditions in both runs: nothing changed by more than 5 %.\n", ""),
        )

    def test_worse(self):
        """compare: a higher cost beyond the threshold is told, status 1"""
        done = self.pair([{}], [{"tsc": 11000}])
        self.assertEqual(done.returncode, 1)
        self.assertIn("Worse by more than 5 %: 1", done.stdout)
        self.assertRegex(
            done.stdout,
            r"\+10\.0 %  instructions per operation +100 +110  spt random: warm \(pages=8\)",
        )
        self.assertNotIn("Better", done.stdout)

    def test_better(self):
        """compare: what got better alone is status 0"""
        done = self.pair([{}], [{"tsc": 9000, "vm_exits": 40}])
        self.assertEqual(done.returncode, 0)
        self.assertIn("Better by more than 5 %: 2", done.stdout)
        self.assertRegex(done.stdout, r"-20\.0 %  exits per operation +0\.5 +0\.4 ")

    def test_every_quantity(self):
        """compare: exits, flushes and bytes of tables count, the largest change first"""
        done = self.pair([{}], [{"vm_exits": 55, "flush_invvpid_single": 80, "table_bytes": 32768}])
        lines = [line for line in done.stdout.splitlines() if "%  " in line]
        self.assertEqual(
            [line.split()[:3] for line in lines],
            [
                ["+300.0", "%", "flushes"],
                ["+100.0", "%", "bytes"],
                ["+10.0", "%", "exits"],
            ],
        )

    def test_threshold(self):
        """compare: the threshold itself is not beyond it"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        b = self.run_of("b", ("spt", "warm", {}, [{"tsc": 11000}]))
        self.assertEqual(compare(a, b, "--threshold", "10").returncode, 0)
        self.assertEqual(compare(a, b, "--threshold", "9.9%").returncode, 1)

    def test_from_nothing(self):
        """compare: what was 0 is new, what became 0 is gone; both go before any factor"""
        done = self.pair(
            [{"vm_exits": 0}], [{"tsc": 10**7, "vm_exits": 1, "flush_invvpid_single": 0}]
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"new  exits per operation +0 +0\.01 .*\n.*×1,000 ")
        self.assertRegex(done.stdout, r"gone  flushes per operation +0\.2 +0 ")

    def test_host_left_out(self):
        """compare: the host's interrupts are no change"""
        host = {"exit.EXTERNAL_INTERRUPT": 30, "outside_tsc.EXTERNAL_INTERRUPT": 9000}
        done = self.pair([{}], [{"host_exits": 30, "host_tsc": 9000, **host}])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("nothing changed", done.stdout)

    def test_only_in_one(self):
        """compare: conditions of one run alone are listed"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]), ("ept", "warm", {}, [{}]))
        b = self.run_of("b", ("spt", "warm", {}, [{}]), ("spt", "cold", {"vpid": "off"}, [{}]))
        done = compare(a, b)
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 conditions in both runs, 1 in %s alone: " % a, done.stdout)
        self.assertEqual(compare(a, b, "--allow-missing").returncode, 0)
        more = self.run_of("c", ("spt", "warm", {}, [{}]))
        self.assertEqual(compare(more, b).returncode, 0)
        self.assertIn("Only in %s: 1\n\n  ept random: warm (pages=8)\n" % a, done.stdout)
        self.assertIn("Only in %s: 1\n\n  spt random: cold (pages=8; vpid=off)\n" % b, done.stdout)

    def test_new_knob(self):
        """compare: a knob that one run does not know stands for its default"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]), without=("spt.memory",))
        b = self.run_of("b", ("spt", "warm", {}, [{"tsc": 20000}]))
        done = compare(a, b)
        self.assertIn("+100.0 %", done.stdout)
        self.assertNotIn("Only in", done.stdout)

    def test_file(self):
        """compare: a results.csv does as well as its folder"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        self.assertEqual(compare(a, os.path.join(a, "results.csv")).returncode, 0)

    def test_surroundings(self):
        """compare: what else differs between the runs is told"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]), environment={"kernel": "6.1"})
        b = self.run_of("b", ("spt", "warm", {}, [{}]), environment={"kernel": "6.12", "cpu": "x"})
        self.assertIn(
            "Surroundings: kernel 6.1, then 6.12; cpu not available, then x.\n",
            compare(a, b).stdout,
        )


class Metal(Runs):
    """Times that scatter."""

    def metal(self, before, after, *words):
        """Compare costs on the metal."""
        return self.pair(
            [{"tsc": v} for v in before], [{"tsc": v} for v in after], *words, unit="cycles"
        )

    def test_overlap(self):
        """compare: on the metal intervals that overlap are no change"""
        done = self.metal([10000, 11000, 15000], [14000, 15500, 16000])
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_apart(self):
        """compare: on the metal intervals apart are one"""
        done = self.metal([10000, 11000, 12000], [13000, 14000, 15000])
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"\+27\.3 %  cycles per operation +110 +140 ")

    def test_confidence(self):
        """compare: with many repetitions an outlier does not hide a change"""
        before, after = [10000] * 9 + [30000], [12000] * 10
        self.assertEqual(self.metal(before, after).returncode, 1)

    def test_single(self):
        """compare: on the metal a single repetition is warned of"""
        self.assertIn("run once", self.metal([10000], [10000]).stdout)

    def test_exact_refused(self):
        """compare: on the metal no count is exact"""
        done = self.metal([10000], [10000], "--exact")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("exact in emulation only", done.stderr)


class Exact(Runs):
    """Every count."""

    def test_same(self):
        """compare --exact: equal runs, status 0"""
        done = self.pair([{}], [{}], "--exact")
        self.assertEqual(
            (done.returncode, done.stdout),
            (0, "1 conditions in both runs: every count is the same.\n"),
        )

    def test_one_count(self):
        """compare --exact: one count less by one is told, status 1"""
        done = self.pair([{"fault_fill": 100000}], [{"fault_fill": 99999}], "--exact")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Counts that differ: 1\n", done.stdout)
        self.assertRegex(done.stdout, r"-0\.0010 %  fault_fill  100,000  99,999  spt random: warm")

    def test_repetition(self):
        """compare --exact: the repetitions that differ are named, and a missing one told of"""
        done = self.pair([{}, {}, {}], [{}, {"vm_exits": 51}], "--exact")
        self.assertRegex(done.stdout, r"vm_exits \(repetition 2\) +50 +51 ")
        self.assertRegex(done.stdout, r"repetitions +3 +2 ")

    def test_count_of_one(self):
        """compare --exact: a count that one run lacks is 0 there"""
        done = self.pair([{}], [{"exit.INVLPG": 3}], "--exact")
        self.assertRegex(done.stdout, r"new  exit\.INVLPG +0 +3 ")


class Output(Runs):
    """Markdown, pictures, and whole synthetic runs with two engines."""

    def test_markdown(self):
        """compare --markdown: a table that GitHub reads"""
        done = self.pair([{}], [{"tsc": 11000}], "--markdown")
        self.assertEqual(done.returncode, 1)
        self.assertIn(
            "### Worse by more than 5 %: 1\n\n| change | of | before | after | where |\n"
            "| ---: | --- | ---: | ---: | --- |\n"
            "| +10.0 % | instructions per operation | 100 | 110 | spt random: warm (pages=8) |\n",
            done.stdout,
        )

    def test_json(self):
        """compare --json: the same as an object"""
        a = self.run_of("a", ("spt", "warm", {"vpid": "off"}, [{}]), ("ept", "warm", {}, [{}]))
        b = self.run_of("b", ("spt", "warm", {"vpid": "off"}, [{"tsc": 11000}]))
        done = compare(a, b, "--json")
        self.assertEqual(done.returncode, 1)
        value = json.loads(done.stdout)
        place = {"engine": "hvbench", "mmu": "spt", "knobs": {"vpid": "off"}}
        place.update(workload="random", params="pages=8", phase="warm")
        change = {"quantity": "instructions per operation", "before": 100, "after": 110}
        self.assertEqual(value["changes"], [{**place, **change, "worse": True}])
        self.assertEqual(value["only_before"], [{**place, "mmu": "ept", "knobs": {}}])
        self.assertEqual((value["conditions"], value["only_after"]), (1, []))

    def test_engines(self):
        """compare: two whole runs with KVM's rows, drawn as SVG and PNG"""
        runs = [os.path.join(self.top, name) for name in ("a", "b")]
        for run in runs:
            synthetic.write(run)
        path = os.path.join(runs[1], "results.csv")
        with open(path, encoding="utf-8") as file:
            rows = list(csv.reader(file))
        counter = rows[0].index("counter")
        for row in rows[1:]:
            if row[counter] == "tsc" and row[1] == "spt":
                row[-1] = int(row[-1]) * 2
            if row[counter] == "table_pages" and row[0] == "kvm":
                row[-1] = int(row[-1]) // 2
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        pictures = [os.path.join(self.top, "changes" + end) for end in (".svg", ".png")]
        for picture in pictures:
            done = compare(*runs, "--plot", picture)
            self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("kvm spt switch", done.stdout)
        self.assertRegex(done.stdout, r"-50\.0 %  bytes of tables .* kvm ept ")
        text = "".join(xml.fromstring(read(pictures[0])).itertext())
        self.assertIn("What changed, after ÷ before", text)
        self.assertIn("×2", text)
        self.assertEqual(png_size(pictures[1])[0], 1360)
        self.assertEqual(sorted(os.listdir(self.top)), ["a", "b", "changes.png", "changes.svg"])

    def test_extremes_drawn(self):
        """compare --plot: changes without a factor have their bars"""
        path = os.path.join(self.top, "x.svg")
        done = self.pair([{"vm_exits": 0}], [{"vm_exits": 9, "table_bytes": 0}], "--plot", path)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        text = "".join(xml.fromstring(read(path)).itertext())
        self.assertIn("new", text)
        self.assertIn("gone", text)

    def test_nothing_to_draw(self):
        """compare --plot: nothing changed, no picture, and it says so"""
        path = os.path.join(self.top, "none.svg")
        done = self.pair([{}], [{}], "--plot", path)
        self.assertEqual(done.returncode, 0)
        self.assertIn("nothing changed, so there is no", done.stderr)
        self.assertFalse(os.path.exists(path))


class Refused(Runs):
    """What can't be compared: one sentence, nothing else."""

    def refused(self, status, done, words):
        """One line with WORDS, and nothing on standard output."""
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertIn(words, done.stderr)
        if status == 3:
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_other_machine(self):
        """compare: runs of different machines are refused"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        b = self.run_of("b", ("spt", "warm", {}, [{}]), unit="cycles")
        self.refused(3, compare(a, b), "can't be compared: one counts instructions, the other cycles")

    def test_nested(self):
        """compare: a run with nested VT-x is refused beside one on the metal, not beside its like"""
        a, b, c = (
            self.run_of(
                name, ("spt", "warm", {}, [{}]), unit="cycles", environment={"machine": machine}
            )
            for name, machine in (("a", "nested"), ("b", "metal"), ("c", "nested"))
        )
        words = "nested VT-x the host's hypervisor takes a part in every exit"
        self.refused(3, compare(a, b), words)
        self.refused(3, compare(b, a), words)
        self.assertEqual(compare(a, c).returncode, 0)

    def test_old(self):
        """compare: a run that does not say what a phase measures is refused with its writer"""
        described = {"machine": "emulated", "commit": "c" * 40, "vmx": {"uapi_version": 3}}
        a = self.run_of("a", ("spt", "warm", {}, [{}]), environment=described)
        path = os.path.join(a, "results.csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        at = rows[0].index("condition")
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(r[:at] + r[at + 1 :] for r in rows)
        self.refused(
            3,
            compare(a, a),
            "no column 'condition': the hvbench that wrote it (commit cccccccccccc, module "
            "interface 3) is older than this one",
        )

    def test_wrong_environment(self):
        """compare: an environment.json of another machine is refused"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]), environment={"machine": "metal"})
        self.refused(3, compare(a, a), "not of one run")

    def test_no_run(self):
        """compare: a run that is not there is refused"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        self.refused(3, compare(a, "/nonexistent"), "does not exist")

    def test_damaged(self):
        """compare: a results.csv cut short is refused"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        path = os.path.join(self.top, "cut.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(read(a, "results.csv")[:-3])
        self.refused(3, compare(a, path), "cut short")

    def test_nothing_common(self):
        """compare: runs without a common condition are refused"""
        a = self.run_of("a", ("spt", "warm", {}, [{}]))
        b = self.run_of("b", ("ept", "warm", {}, [{}]))
        self.refused(3, compare(a, b), "no condition in common")

    def test_usage(self):
        """compare: a wrong command line is status 2"""
        for words in (
            ["one"],
            ["a", "b", "--no-such"],
            ["a", "b", "--threshold", "-1"],
            ["a", "b", "--threshold", "x"],
            ["a", "b", "--json", "--markdown"],
            ["a", "b", "--plot", "x.pdf"],
        ):
            self.refused(2, compare(*words), "usage: hvbench compare")

    def test_hint(self):
        """compare: a wrong option is answered with the nearest right one"""
        self.refused(
            2,
            compare("a", "b", "--thresold=3"),
            'unknown argument "--thresold=3"; did you mean "--threshold"?',
        )
