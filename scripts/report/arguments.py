# SPDX-License-Identifier: GPL-2.0
"""The command line of `hvbench report` and `hvbench compare`.

The tool answers a wrong option with the nearest right one; so do its scripts.
"""
import argparse
import difflib


class Parser(argparse.ArgumentParser):
    """argparse, with a hint, and without the short forms that the tool has not either."""

    def __init__(self, name, **more):
        super().__init__(
            prog="hvbench " + name,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **more
        )

    def parse_args(self, args=None, namespace=None):
        """Parse, and say which option was probably meant."""
        found, strangers = self.parse_known_args(args, namespace)
        if strangers:
            known = [o for action in self._actions for o in action.option_strings]
            word = strangers[0].split("=", 1)[0]
            near = difflib.get_close_matches(word, known, 1)
            hint = '; did you mean "%s"?' % near[0] if near else ""
            self.error('unknown argument "%s"%s' % (strangers[0], hint))
        return found
