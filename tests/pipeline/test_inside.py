# SPDX-License-Identifier: GPL-2.0
"""scripts/whole without a machine: the suite's bases, the table of events, and
scripts/whole/inside on a made-up metal, with tools that only write down their arguments."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import perfs
import times
import uapi

WHOLE = os.path.join(uapi.PROJECT, "scripts", "whole")
RUNS = ["hypercall --memory 16M", "switch -p spaces=4 --memory 16M"]

# hyperfine as inside calls it: a result for each combination of its two lists.
HYPERFINE = r"""#!/usr/bin/python3
import json, sys
if sys.argv[1] == "--version":
    print("hyperfine 0")
    sys.exit()
a = sys.argv[1:]
lists = [
    (a[i + 1], a[i + 2].split(",")) for i, w in enumerate(a) if w == "-L"]
(mmu, mmus), (run, runs) = lists
results = [
    {"command": a[-1], "times": [0.5], "exit_codes": [0], "parameters": {mmu: m, run: r}}
    for r in runs for m in mmus]
with open(a[a.index("--export-json") + 1], "w") as out:
    json.dump({"results": results}, out)
with open("@TOP@/log", "a") as log:
    log.write("hyperfine %s\n" % " ".join(a))
"""

# perf stat as inside calls it: every event counts 7.
PERF = r"""#!/usr/bin/python3
import json, re, sys
if sys.argv[1] == "--version":
    print("perf version 0")
    sys.exit()
a = sys.argv[1:]
words = re.sub(r",(?=(umask|cmask|name)=)", ";", a[a.index("-e") + 1]).split(",")
with open(a[a.index("-o") + 1], "w") as out:
    out.write("# started on some day\n\n")
    for w in words:
        name = re.search(r"name=([a-z_0-9]+)/([GH]+)", w)
        out.write(json.dumps({"counter-value": "7.000000", "pcnt-running": 100.0,
                              "event": ":".join(name.groups()) if name else w}) + "\n")
with open("@TOP@/log", "a") as log:
    log.write("perf %s\n" % " ".join(a))
"""

# hvbench as far as inside itself calls it here.
HVBENCH = """#!/bin/sh
[ "$1" = info ] || exit 3
echo "engine: hvbench, interface version 1"
echo "pml                  yes  page-modification logging"
%s
"""
SPLIT = "echo 'perf_split           %s  what perf counts, apart'"


class Metal:
    """A folder with what inside looks at: CPU, PMUs, tools; and what it leaves."""

    def __init__(self, top, model, pmus, family=6):
        self.top = top
        for folder in ("bin", "out", "whole") + tuple("pmus/" + p for p in pmus):
            os.makedirs(os.path.join(top, folder))
        if "hvbench/events" in pmus:
            self.write("pmus/hvbench/events/vm_exits", "event=0x0\n")
        cpu = "cpu family\t: %d\nmodel\t\t: %d\nmodel name\t: X\n" % (family, model)
        self.write("cpuinfo", cpu)
        self.write("whole/runs", "".join(r + "\n" for r in RUNS))
        self.write("log", "")
        self.write("out/machine.json", '{"machine": "metal", "cpu_model": "X", "kernel": "6"}')
        shutil.copy(os.path.join(WHOLE, "events"), os.path.join(top, "whole", "events"))
        for name, text in (
            ("hyperfine", HYPERFINE),
            ("perf", PERF),
            ("hvbench", HVBENCH % SPLIT % "no"),
        ):
            self.write("bin/" + name, text.replace("@TOP@", top))
        with open(os.path.join(WHOLE, "inside"), encoding="utf-8") as file:
            text = file.read()
        for there, here in (
            ("/hvbench/bin/hvbench", "%s/bin/hvbench" % top),
            ("/hvbench/whole", "%s/whole" % top),
            ("/out/", "%s/out/" % top),
            ("/proc/cpuinfo", "%s/cpuinfo" % top),
            ("/sys/bus/event_source/devices", "%s/pmus" % top),
        ):
            text = text.replace(there, here)
        self.write("inside", text)

    def write(self, name, text):
        """A file, executable."""
        path = os.path.join(self.top, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, 0o755)

    def run(self, *words):
        """Run inside; return what it left to be seen."""
        environment = {**os.environ, "PATH": "%s/bin:%s" % (self.top, os.environ["PATH"])}
        return subprocess.run(
            [os.path.join(self.top, "inside"), *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self):
        """The calls of the tools, a line each."""
        with open(os.path.join(self.top, "log"), encoding="utf-8") as file:
            return file.read().splitlines()

    def collect(self):
        """What collect makes of it, in the folder itself."""
        subprocess.run(
            [os.path.join(WHOLE, "collect"), os.path.join(self.top, "out"), self.top],
            capture_output=True,
            check=True,
        )
        return self.top


def order(lines):
    """[(run, mmu)] of calls of perf, the passes of one taken together."""
    found = []
    for line in lines:
        run, mmu = re.search(r"hvbench run (.*) --mmu (ept|spt)$", line).groups()
        if not found or found[-1] != (run, mmu):
            found.append((run, mmu))
    return found


class Inside(unittest.TestCase):
    """scripts/whole/inside and collect"""

    def metal(self, model, *pmus, family=6):
        """A made-up metal that goes away with the test."""
        top = tempfile.mkdtemp(prefix="hvbench-inside-")
        self.addCleanup(shutil.rmtree, top)
        return Metal(top, model, pmus, family)

    def test_time(self):
        """hyperfine is called once a round, the backends by turns, with warm-up and no shell"""
        metal = self.metal(0x55)
        done = metal.run("4", "3", "time")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = metal.log()
        self.assertEqual(
            [re.search(r"-L mmu (\S+)", c).group(1) for c in calls],
            ["ept,spt", "spt,ept", "ept,spt", "spt,ept"],
        )
        for call in calls:
            self.assertIn("--shell=none", call)
            self.assertIn("--warmup 3 --runs 1", call)
            self.assertIn("-L run " + ",".join(RUNS), call)
        found = times.load(metal.collect(), "metal")
        self.assertEqual([r.run for r in found.rows], RUNS)
        self.assertEqual((found.rows[0].ept.count, found.rows[0].ept.median), (4, 500))
        self.assertEqual(found.meta["warmup"], 3)

    def test_perf(self):
        """perf counts in passes, the backends by turns, with the events of this CPU"""
        metal = self.metal(0x55, "cpu", "hvbench/events")
        done = metal.run("2", "1", "perf")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = metal.log()
        first, second = RUNS
        self.assertEqual(
            order(calls),
            [(first, "ept"), (first, "spt"), (second, "ept"), (second, "spt")]
            + [(first, "spt"), (first, "ept"), (second, "spt"), (second, "ept")],
        )
        self.assertEqual(len(calls), 3 * 8)
        self.assertIn("task-clock,page-faults,context-switches,hvbench/vm_exits,", calls[0])
        self.assertIn(
            "-e cpu/event=0x08,umask=0x0e,name=load_walks/GH,"
            "cpu/event=0x49,umask=0x0e,name=store_walks/GH --",
            calls[1],
        )
        self.assertIn(
            "-e cpu/event=0x08,umask=0x10,cmask=1,name=load_walk_cycles/GH,"
            "cpu/event=0x49,umask=0x10,cmask=1,name=store_walk_cycles/GH,"
            "cpu/event=0x4f,umask=0x10,name=ept_walk_pending/GH,"
            "cpu/event=0x3c,name=cpu_cycles/GH --",
            calls[2],
        )
        found = perfs.load(metal.collect(), "metal")
        self.assertEqual((found.meta["generation"], found.meta["ept_walks"]), ("skylake", "apart"))
        self.assertFalse(found.split)
        self.assertIn("can't switch the CPU's counters at VM entry", found.meta["no_split"])
        self.assertEqual(perfs.walks(found, found.rows[0].ept).values, [14, 14])
        self.assertEqual(perfs.ept_walks(found, found.rows[0].ept).values, [7, 7])

    def test_split(self):
        """where the module can, every event of the CPU is counted in guest and host apart"""
        metal = self.metal(0x55, "cpu", "hvbench/events")
        metal.write("bin/hvbench", HVBENCH % SPLIT % "yes")
        done = metal.run("2", "1", "perf")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = metal.log()
        self.assertEqual(len(calls), 5 * 8)
        self.assertIn("hvbench/vm_exits,name=vm_exits/GH,", calls[0])
        for place, side, letter in ((1, "guest", "G"), (3, "host", "H")):
            self.assertIn(
                "-e cpu/event=0x08,umask=0x0e,name=load_walks_@/!,"
                "cpu/event=0x49,umask=0x0e,name=store_walks_@/! --".replace("@", side).replace(
                    "!", letter
                ),
                calls[place],
            )
            self.assertIn(
                "-e cpu/event=0x08,umask=0x10,cmask=1,name=load_walk_cycles_@/!,"
                "cpu/event=0x49,umask=0x10,cmask=1,name=store_walk_cycles_@/!,"
                "cpu/event=0x4f,umask=0x10,name=ept_walk_pending_@/!,"
                "cpu/event=0x3c,name=cpu_cycles_@/! --".replace("@", side).replace("!", letter),
                calls[place + 1],
            )
        found = perfs.load(metal.collect(), "metal")
        self.assertTrue(found.split)
        self.assertIsNone(found.meta["no_split"])
        stages = list(dict.fromkeys(e["pass"] for e in found.events("hardware")))
        self.assertEqual(stages, ["walks-guest", "cycles-guest", "walks-host", "cycles-host"])
        side = found.rows[0].ept
        self.assertEqual(perfs.walks(found, side).values, [28, 28])
        self.assertEqual(perfs.walks(found, side, perfs.IN_GUEST).values, [14, 14])
        self.assertEqual(perfs.dtlb_walks(found, side).values, [28, 28])

    def test_split_unknown(self):
        """an hvbench that says nothing of it does not split; one that fails ends the run"""
        metal = self.metal(0x6A, "cpu", "hvbench/events")
        metal.write("bin/hvbench", HVBENCH % "")
        self.assertEqual(metal.run("1", "1", "perf").returncode, 0)
        found = perfs.load(metal.collect(), "metal")
        self.assertFalse(found.split)
        self.assertIn("this hvbench does not switch", found.meta["no_split"])
        metal.write("bin/hvbench", "#!/bin/sh\nexit 3\n")
        done = metal.run("1", "1", "perf")
        self.assertEqual(done.returncode, 1)
        self.assertIn("hvbench info failed", done.stderr)

    def test_other_cpus(self):
        """other CPUs have other events, a hybrid one those of its large cores"""
        for model, pmu, generation, ept in (
            (0x6A, "cpu", "icelake", "none"),
            (0x97, "cpu_core", "sapphirerapids", "none"),
            (0x3F, "cpu", "haswell", "beside"),
            (0x2E, "cpu", "nehalemep", "none"),
            (0xAA, "cpu_core", "sapphirerapids", "none"),
            (0xAD, "cpu", "sapphirerapids", "none"),
            (0xBD, "cpu_core", "sapphirerapids", "none"),
            (0xC6, "cpu_core", "sapphirerapids", "none"),
            (0x7A, "cpu", "goldmontplus", "within"),
            (0x86, "cpu", "snowridgex", "within"),
            (0x9C, "cpu", "snowridgex", "within"),
            (0xAF, "cpu", "sierraforest", "within"),
        ):
            metal = self.metal(model, pmu, "hvbench/events")
            self.assertEqual(metal.run("1", "1", "perf").returncode, 0)
            found = perfs.load(metal.collect(), "metal")
            self.assertEqual((found.meta["generation"], found.meta["ept_walks"]), (generation, ept))
            hardware = [e["event"] for e in found.events("hardware")]
            self.assertTrue(all(e.startswith(pmu + "/event=") for e in hardware), hardware)

    def test_no_hardware(self):
        """an unknown CPU or none with a PMU gets perf's own and the module's events alone"""
        for model, family, pmus, why in (
            (0x55, 6, ["hvbench/events"], "no PMU that the kernel knows"),
            (0x01, 6, ["cpu", "hvbench/events"], "does not list this CPU (family 6, model 1)"),
            (0x55, 15, ["cpu", "hvbench/events"], "does not list this CPU (family 15, model 85)"),
        ):
            metal = self.metal(model, *pmus, family=family)
            self.assertEqual(metal.run("1", "1", "perf").returncode, 0)
            self.assertEqual(len(metal.log()), 4)
            found = perfs.load(metal.collect(), "metal")
            self.assertIn(why, found.meta["absent"])
            self.assertFalse(found.hardware)
            self.assertEqual((found.split, found.meta["no_split"]), (False, None))

    def test_no_pmu(self):
        """a module without a PMU is refused, with the cure"""
        done = self.metal(0x55, "cpu").run("1", "1", "perf")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the module has no PMU", done.stderr)
        self.assertIn("make module", done.stderr)

    def test_failure(self):
        """a run that fails ends it, and is named with what it said"""
        metal = self.metal(0x55, "hvbench/events")
        metal.write("bin/hyperfine", '#!/bin/sh\n[ "$1" = --version ]\n')
        metal.write("bin/hvbench", "#!/bin/sh\necho no VM for you >&2\nexit 3\n")
        done = metal.run("1", "1", "time")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no VM for you", done.stderr)
        self.assertIn("hvbench run hypercall --memory 16M --mmu ept failed", done.stderr)
        metal.write("bin/perf", '#!/bin/sh\n[ "$1" = --version ] || exit 3\n')
        done = metal.run("1", "1", "perf")
        self.assertEqual(done.returncode, 1)
        self.assertIn("hypercall --memory 16M --mmu ept failed (status 3)", done.stderr)


class Tables(unittest.TestCase):
    """scripts/whole/suite and scripts/whole/events"""

    def suite(self, text):
        """suite's answer for a file with TEXT."""
        with tempfile.NamedTemporaryFile("w", suffix=".suite") as file:
            file.write(text)
            file.flush()
            return subprocess.run(
                [os.path.join(WHOLE, "suite"), file.name],
                capture_output=True,
                text=True,
                check=False,
            )

    def test_bases(self):
        """of every workload the first line, of every list the first value"""
        done = self.suite(
            "# comment\nrandom pages=64,128 engine=hvbench,kvm spt.sync=unsync,vtlb memory=16M\n"
            "random pages=7\n\ndirty-log mmu=ept log=fault,ad repeat=2 optional=on # end\n"
        )
        self.assertEqual(done.stdout, "random -p pages=64 --memory 16M\ndirty-log --log fault\n")

    def test_defaults(self):
        """a base has the memory that a line of defaults above it says, and no CPU to model"""
        done = self.suite(
            "switch\ndefaults memory=16M model=zen-4\nrandom model=haswell\nchurn memory=32M\n"
            "defaults repeat=2\nmixed\n"
        )
        self.assertEqual(
            done.stdout, "switch\nrandom --memory 16M\nchurn --memory 32M\nmixed\n"
        )

    def test_bad_suites(self):
        """what can't be a base is refused with its line"""
        for text, words in (
            ("random spt.sync=trap\n", "line 1: spt.sync=trap is not the default"),
            ("\nrandom pages\n", "line 2: 'pages' is not key=value"),
            ("random pages=\n", "line 1: 'pages=' is not key=value"),
            ("# nothing\n", "holds no experiment"),
        ):
            done = self.suite(text)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
            self.assertIn(words, done.stderr)

    def test_default_suite(self):
        """the default suite gives every workload once"""
        path = os.path.join(uapi.PROJECT, "bench", "suites", "default.suite")
        done = subprocess.run(
            [os.path.join(WHOLE, "suite"), path], capture_output=True, text=True, check=True
        )
        with open(path, encoding="utf-8") as file:
            named = {line.split()[0] for line in file if line.strip() and line[0] != "#"}
        named.discard("defaults")
        self.assertEqual(sorted(x.split()[0] for x in done.stdout.splitlines()), sorted(named))

    def test_events(self):
        """the table of events: names that exist, no model twice, four counters at most"""
        with open(os.path.join(WHOLE, "events"), encoding="utf-8") as file:
            lines = [x.split() for x in file if x.strip() and x[0] != "#"]
        known = {c[0] for c in uapi.counters()} | {"tlb_flush_vmm"}
        known |= {"exit_" + name.lower() for _, name, _ in uapi.exit_reasons()}
        ours = [w for x in lines if x[0] == "ours" for w in x[1:]]
        self.assertLessEqual(set(ours), known)
        models = [m for x in lines if x[0] == "cpu" for m in x[3:]]
        self.assertEqual(len(models), len(set(models)))
        groups, now = {}, None
        for words in lines:
            if words[0] == "cpu":
                now = groups.setdefault((words[1], words[2]), [])
            elif words[0] not in ("ours", "software"):
                now.append(words)
        for (name, ept), events in groups.items():
            self.check_generation(name, ept, events)

    def check_generation(self, name, ept, events):
        """One CPU's events: counters enough, and names that say what Intel's say."""
        names = [e[0] for e in events]
        self.assertIn(ept, (perfs.APART, perfs.WITHIN, perfs.BESIDE, perfs.NONE))
        if ept != perfs.WITHIN:
            has = any(n.startswith(perfs.OF_EPT) for n in names)
            self.assertEqual(has, ept != perfs.NONE, name)
        # One for cpu_cycles, should something else have that of its own.
        completed = sum(n.endswith(perfs.COMPLETED) for n in names)
        self.assertLessEqual(completed, 4)
        self.assertLessEqual(len(names) - completed + 1, 4)
        for event in events:
            self.assertRegex(" ".join(event[1:3]), r"^0x[0-9a-f]{2} 0x[0-9a-f]{2}$")
            kind = event[3].split(".")[1]
            self.assertTrue(kind.startswith("WALK_"), event)
            ending = {"WALK_COMPLETED": perfs.COMPLETED, "WALK_PENDING": perfs.PENDING}
            self.assertTrue(event[0].endswith(ending.get(kind, perfs.CYCLES)), event)
            # The one difference between the two in Intel's lists.
            self.assertEqual(event[4:], ["cmask=1"] if kind == "WALK_ACTIVE" else [], event)
