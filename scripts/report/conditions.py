# SPDX-License-Identifier: GPL-2.0
"""The condition of a phase: what its guest says that it measures.

A guest declares it where the phase begins, and results.csv has it beside the
phase's name. Nothing is guessed from names. Conditions are never mixed: a
first touch and a later one are answers to different questions.
"""

SETUP, COLD, WARM, CHANGE, EXIT = "setup", "cold", "warm", "change", "exit"
DECLARED = (SETUP, COLD, WARM, CHANGE, EXIT)

# Those that tables and pictures go through, in the order of reading. Set-up
# belongs to no question of its own; it is part of a workload as a whole.
CONDITIONS = (COLD, WARM, CHANGE, EXIT)
TITLE = {
    COLD: "Cold: first touch, tables are being filled",
    WARM: "Warm: tables are complete, nothing changes",
    CHANGE: "Change: the guest edits or switches its page tables",
    EXIT: "Price of an exit: no memory work at all",
}
SHORT_TITLE = {
    COLD: "Cold: tables being filled",
    WARM: "Warm: nothing changes",
    CHANGE: "Change: page-table work",
    EXIT: "Price of an exit",
}

# What stands in place of a number or a winner where the metric can't tell.
NOT_MEASURABLE = "not measurable here"


def name(condition):
    """The first word of a title: Cold, Warm, Change, Price of an exit."""
    return TITLE[condition].split(":")[0]
