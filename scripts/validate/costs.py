# SPDX-License-Identifier: GPL-2.0
"""The costs of a CPU description, and from them the time of page walks alone.

The tool's `cycles_walks` holds the hits of the second-level TLB as well. What the literature
calls walk time, cycles of the performance counters with a walk under way, does not.
"""
import re

from bands import Band

VALUE = r"([0-9.]+)"
COST = re.compile(r"cost\s+(\w+)\s+%s(?:\s+\[%s\s+%s\])?\s*(?:#|$)" % (VALUE, VALUE, VALUE))

LEVELS = ("l1", "l2", "l3", "memory")
WALKS = ("walk_fetch", "walk_load", "walk_store")


class CostsError(Exception):
    """A description lacks a cost; the text is one sentence."""


class Costs:
    """The constants of one file."""

    def __init__(self, path):
        self.of, self.path = {}, path
        with open(path, encoding="utf-8") as file:
            for line in file:
                found = COST.match(line)
                if found:
                    name, mid, low, high = found.groups()
                    self.of[name] = Band(*(float(v) for v in (low or mid, mid, high or mid)))

    def cost(self, name):
        """The Band of one constant."""
        if name not in self.of:
            raise CostsError("%s has no line 'cost %s'" % (self.path, name))
        return self.of[name]

    def walk_time(self, count):
        """Cycles of page walks by COUNT, a function from a count's name to its value."""
        parts = [(sum(map(count, WALKS)), self.cost("walk_start"))]
        parts += [(count("walk_served_" + level), self.cost(level)) for level in LEVELS]
        exposed = self.cost("walk_exposed")
        return Band(
            *(
                share * sum(number * cost[end] for number, cost in parts)
                for end, share in enumerate(exposed)
            )
        )

    def walks_as_the_tool(self, count):
        """The tool's `cycles_walks`: with the second-level TLB's hits, by the middle."""
        return self.walk_time(count).mid + count("stlb_hit") * self.cost("stlb_hit").mid
