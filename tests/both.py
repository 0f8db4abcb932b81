"""All tests: those that drive a browser wait a lot, so the others run beside them.

    python -m tests.both [arguments of pytest]

The others give way to the browser (`nice`), whose tests are the ones in a hurry; what the browser's
tests said is printed when both are done. Fails where either does, or where neither found a test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest

POLITE = 10
GOOD = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(arguments: list[str]) -> int:
    """Run both halves; 0 where all is well."""
    with tempfile.TemporaryFile() as said:
        browser = subprocess.Popen(
            _command("browser", arguments), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            others = subprocess.run(
                ["nice", "-n", str(POLITE), *_command("not browser", arguments)], check=False
            )
            ended = {browser.wait(), others.returncode}
        finally:
            browser.terminate()
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
