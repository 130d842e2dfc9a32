# SPDX-License-Identifier: GPL-2.0
"""Rows of modelled CPUs for a made-up run, as `hvbench suite` writes them.

The numbers are chosen so that each MMU is cheaper somewhere: a walk under EPT costs twice a
native one, an exit costs a thousand. They model nothing.
"""
import csv
import json
import os

import uapi

EXIT, WALK = 1000, 20
CPUS = ("skylake-sp", "zen-4")


def cycles(world, instructions, walks, exits):
    """The rows of modelled cycles of a world."""
    by = {"instructions": instructions, "walks": walks * WALK, "transitions": exits * EXIT}
    mid = sum(by.values())
    ends = {"low": mid * 3 // 4, "mid": mid, "high": mid * 2}
    values = {**ends, **{cause: by.get(cause, 0) for cause, _ in uapi.model_causes()}}
    return [(world + ".cycles_" + n, "modelled cycles", value) for n, value in values.items()]


def sample(cpu, mmu, ops, exits):
    """[(counter, unit, value)] of one phase on one CPU."""
    rows = []
    walked = {"guest": ops * (2 if mmu == "ept" else 1), "host": exits, "native": ops}
    for world, walks in walked.items():
        if world == "native" and mmu == "spt":
            continue
        rows.append((world + ".stale_checked", "hits", 3))
        if walks:
            rows.append((world + ".walk_load", "walks", walks))
            rows.append((world + ".ref_guest_1", "references", walks * 3 // 2))
            if mmu == "ept" and world == "guest":
                rows.append((world + ".ref_ept_1", "references", walks * 3 // 2))
        rows += cycles(world, ops if world != "host" else 0, walks, exits if world == "host" else 0)
    return [("model.%s.%s" % (cpu, name), unit, value) for name, unit, value in rows]


def add(directory, cpus=CPUS, only=lambda row: True):
    """Put rows of CPUS into the results.csv of DIRECTORY, behind each phase that ONLY takes."""
    path = os.path.join(directory, "results.csv")
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    at = {name: i for i, name in enumerate(header)}
    phases = {}
    for row in rows:
        phases.setdefault(tuple(row[: at["counter"]]), []).append(row)
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        for place, lines in phases.items():
            out.writerows(lines)
            value = {line[at["counter"]]: int(line[at["value"]]) for line in lines}
            for cpu in cpus if only(dict(zip(header, place))) else ():
                for row in sample(cpu, place[at["mmu"]], value["ops"], value["vm_exits"]):
                    out.writerow([*place, *row])
    path = os.path.join(directory, "environment.json")
    with open(path, encoding="utf-8") as file:
        environment = json.load(file)
    environment["model"] = {cpu: {"title": cpu, "description": "name\t%s\n" % cpu} for cpu in cpus}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(environment, file)
