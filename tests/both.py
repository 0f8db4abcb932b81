"""All tests: those with a browser or services wait a lot, so the others run beside them.

    python -m tests.both [arguments of pytest]

The others give way (`nice`), as nothing in them is in a hurry; what the tests with services said is
printed when both are done. Fails where either does, or where neither found a test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest

WAITING = "browser or services"
POLITE = 10
GOOD = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(arguments: list[str]) -> int:
    """Run both halves; 0 where all is well."""
    with tempfile.TemporaryFile() as said:
        waiting = subprocess.Popen(
            _command(WAITING, arguments), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            others = subprocess.run(
                ["nice", "-n", str(POLITE), *_command(f"not ({WAITING})", arguments)], check=False
            )
            ended = {waiting.wait(), others.returncode}
        finally:
            waiting.terminate()
        said.seek(0)
        sys.stdout.flush()
        sys.stdout.buffer.write(said.read())
    if ended == {pytest.ExitCode.NO_TESTS_COLLECTED}:
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return 0 if ended <= GOOD else 1


def _command(marks: str, arguments: list[str]) -> list[str]:
    """A marker among the arguments narrows both halves."""
    if "-m" in arguments:
        at = arguments.index("-m")
        marks = f"({marks}) and ({arguments[at + 1]})"
        arguments = arguments[:at] + arguments[at + 2 :]
    return [sys.executable, "-m", "pytest", "-m", marks, *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
