"""A process of its own, asked in lines of JSON: the parent of children to be killed."""

import json
import subprocess
import sys
from pathlib import Path


class ForkServer:
    """Runs a module that answers each line of its input by one of its output.

    Args:
        module: by its name, below the folder of the tests.
    """

    def __init__(self, module):
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def ask(self, job):
        """Return the answer to one job."""
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
