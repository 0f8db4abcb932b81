"""All tests: those with a browser or services wait a lot, so the others run beside them.

    python -m tests.both [arguments of pytest]

Without arguments those that wait are two runs, each with a site of its own. The others give way
(`nice`), as nothing in them is in a hurry; what the tests with services said is printed when all
are done. Fails where a run does, or where none found a test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

WAITING = "browser or services"
# about half of the time that tests wait
FIRST = "tests/browser/test_[a-c]*.py"
POLITE = 10
GOOD = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(arguments: list[str]) -> int:
    """Run all of them; 0 where all is well."""
    others = ["nice", "-n", str(POLITE), *_command(f"not ({WAITING})", arguments)]
    with ExitStack() as opened:
        waiting = []
        for run in _waiting(arguments):
            said = opened.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(run, stdout=said, stderr=subprocess.STDOUT)
            opened.callback(process.terminate)
            waiting.append((process, said))
        ended = {subprocess.run(others, check=False).returncode}
        for process, said in waiting:
            ended.add(process.wait())
            said.seek(0)
            sys.stdout.flush()
            sys.stdout.buffer.write(said.read())
    if ended == {pytest.ExitCode.NO_TESTS_COLLECTED}:
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return 0 if ended <= GOOD else 1


def _waiting(arguments: list[str]) -> list[list[str]]:
    """The runs of the tests that wait; one, where the arguments choose some."""
    if arguments:
        return [_command(WAITING, arguments)]
    first = sorted(str(path) for path in Path().glob(FIRST))
    return [_command(WAITING, first), _command(WAITING, [f"--ignore={path}" for path in first])]


def _command(marks: str, arguments: list[str]) -> list[str]:
    """A marker among the arguments narrows every run."""
    if "-m" in arguments:
        at = arguments.index("-m")
        marks = f"({marks}) and ({arguments[at + 1]})"
        arguments = arguments[:at] + arguments[at + 2 :]
    return [sys.executable, "-m", "pytest", "-m", marks, *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
