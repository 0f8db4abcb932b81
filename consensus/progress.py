"""What a command says while it works: messages always, progress only to somebody who watches."""

from __future__ import annotations

import os
from typing import TextIO

EVERY = 1000


class Progress:
    """One line on a terminal, replaced as the work goes on; `stream` is standard error.

    Nobody has to listen: where the stream is closed (None) or breaks, nothing more is said, and
    the work goes on.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_watched = stream is not None and stream.isatty()
        self._width = 0

    def show(self, text: str, number: int | None = None) -> None:
        """Replace the line; of `number`, which goes into `text`, only every thousandth is shown."""
        if not self._is_watched or (number is not None and number % EVERY):
            return
        line = text if number is None else text.format(number)
        self._write("\r" + line.ljust(self._width))
        self._width = len(line)

    def say(self, message: str) -> None:
        """Print a message for good."""
        self.clear()
        self._write(message + "\n")

    def clear(self) -> None:
        """Remove the line."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            silence(self._stream)
            self._stream, self._is_watched = None, False


def silence(stream: TextIO | None) -> None:
    """Let what is still to be written to a broken stream vanish, also at the end of the program."""
    if stream is None:
        return
    try:
        number = stream.fileno()
    except OSError:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
