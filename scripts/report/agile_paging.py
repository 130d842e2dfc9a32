# SPDX-License-Identifier: GPL-2.0
"""What Agile Paging published of eight programs, for the pictures of break-even.

Gandhi, Hill, Swift: Agile Paging, ISCA 2016, Figure 5, measured on an E5-2430 (Sandy Bridge)
under KVM; the values are read off the figure's bars. They are shown and nothing else: no
constant of a model is set by them, see docs/calibration.md.
"""
import collections

# In % of a program's time without any page walk or VMM: what page walks add natively (B),
# under nested paging (N) and under shadow paging (S), and what the VMM adds under either.
Program = collections.namedtuple("Program", "name walks_b walks_n vmm_n walks_s vmm_s")

PROGRAMS = {
    "4k": [
        Program("memcached", 3.1, 19.5, 2.3, 20.4, 14.0),
        Program("canneal", 16.7, 36.3, 2.4, 18.5, 5.7),
        Program("astar", 11.7, 20.9, 1.3, 12.3, 4.7),
        Program("gcc", 2.4, 2.9, 1.0, 3.6, 6.6),
        Program("graph500", 40.7, 77.5, 2.5, 41.6, 14.1),
        Program("mcf", 50.4, 93.1, 4.2, 50.4, 7.4),
        Program("tigr", 32.2, 50.1, 2.3, 32.2, 5.7),
        Program("dedup", 1.4, 5.9, 1.4, 16.1, 56.9),
    ],
    "2m": [
        Program("memcached", 0.7, 8.6, 2.0, 5.1, 9.1),
        Program("canneal", 9.9, 23.3, 2.0, 10.0, 5.3),
        Program("astar", 8.1, 12.7, 1.2, 8.9, 4.4),
        Program("gcc", 0.6, 2.1, 0.9, 4.3, 5.2),
        Program("graph500", 16.4, 29.4, 2.3, 16.4, 4.5),
        Program("mcf", 24.6, 35.6, 5.9, 26.3, 6.8),
        Program("tigr", 7.1, 15.3, 2.5, 7.1, 5.7),
        Program("dedup", 0.9, 4.8, 2.0, 13.3, 55.7),
    ],
}

# An operation of a program is so many cycles of that time, as short ones of the workloads
# are. Another length moves points along the line, not across it.
CYCLES = 100

Place = collections.namedtuple("Place", "name walks changes cheaper")


def walk_share(program):
    """What the walks of two tables add to native ones, a share of time."""
    return (program.walks_n - program.walks_b) / 100


def change_share(program):
    """What the changes of tables add under shadow paging, a share of time.

    The VMM's work beyond what it has under nested paging, and the walks beyond native ones,
    which are those of translations that exits and flushes have cost.
    """
    return (program.vmm_s - program.vmm_n + program.walks_s - program.walks_b) / 100


def published(program):
    """Who was cheaper: spt or ept."""
    nested = program.walks_n + program.vmm_n
    return "spt" if nested > program.walks_s + program.vmm_s else "ept"


def places(setting, walk, change):
    """[Place] of the programs where a walk costs WALK modelled cycles more and a change CHANGE.

    So a program's distance from the line of these two costs is the published ratio of its
    two shares, whatever the two are.
    """
    return [
        Place(
            program.name,
            CYCLES * walk_share(program) / walk,
            CYCLES * change_share(program) / change,
            published(program),
        )
        for program in PROGRAMS[setting]
    ]
