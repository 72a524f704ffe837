"""How a peer talks to the bench.

A peer is called as `SCRIPT TASK_DIR REPLY_DIR VARIANT`. TASK_DIR holds `task.json` (the settings, and the
shape of every array) and one raw little-endian float64 file an array. The peer does the work, times it, and
leaves in REPLY_DIR `reply.json` and the arrays that the bench checks against its reference: the check is made
by one piece of code for all sides, never by the side itself.
"""

import importlib.metadata
import json
import sys
import time
from pathlib import Path

import numpy as np


class Task:
    """The work to do, as the bench wrote it."""

    def __init__(self):
        self.folder, self.reply_folder = Path(sys.argv[1]), Path(sys.argv[2])
        self.variant = sys.argv[3] if len(sys.argv) > 3 else ""
        task = json.loads((self.folder / "task.json").read_text())
        self.settings = task["settings"]
        self.shapes = task["arrays"]
        self.runs = []

    def __getitem__(self, name):
        """A setting."""
        return self.settings[name]

    def array(self, name):
        """An input array, float64."""
        return np.fromfile(self.folder / f"{name}.bin", "<f8").reshape(self.shapes[name])

    def measure(self, work, items, outputs, rtol=None):
        """Times `work()` (which must return only when all is computed) on `items` pieces of work.

        One repetition warms up (compilers included); then as many as the settings ask for, more until they have
        taken `least_s`, fewer when they take longer than the budget. `outputs(result)` gives the arrays to check.
        """
        start = time.perf_counter()
        result = work()
        warm_up = time.perf_counter() - start
        seconds = []
        spent_s = 0.0
        while not seconds or (
            spent_s < self["budget_s"] and (len(seconds) < self["repetitions"] or spent_s < self["least_s"])
        ):
            start = time.perf_counter()
            result = work()
            seconds.append(time.perf_counter() - start)
            spent_s += seconds[-1]
        self.record(seconds, items, outputs(result), rtol=rtol, warm_up_s=warm_up)

    def sweep(self, run):
        """`run(rtol)` for every tolerance. Of several, one that fails (too many steps, say) is left out."""
        for rtol in self["rtols"]:
            try:
                run(rtol)
            except Exception as error:
                if len(self["rtols"]) == 1:
                    raise
                print(f"rtol {rtol:g} left out: {error}", file=sys.stderr)

    def record(self, seconds, items, arrays, rtol=None, warm_up_s=0.0):
        """Adds one finished run to the reply."""
        shapes = {}
        for name, array in arrays.items():
            array = np.ascontiguousarray(array, "<f8")
            array.tofile(self.reply_folder / f"{len(self.runs)}.{name}.bin")
            shapes[name] = array.shape
        self.runs.append(
            {"seconds": seconds, "items": items, "rtol": rtol, "warm_up_s": warm_up_s, "arrays": shapes}
        )

    def reply(self, *packages):
        """Writes the reply; `packages` are those whose versions belong in the table."""
        versions = {name: importlib.metadata.version(name) for name in packages}
        reply = {"runs": self.runs, "versions": versions}
        (self.reply_folder / "reply.json").write_text(json.dumps(reply))
