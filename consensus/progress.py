"""What a command says while it works: messages always, progress only to somebody who watches."""

from __future__ import annotations

from typing import TextIO

EVERY = 1000


class Progress:
    """One line on a terminal, replaced as the work goes on; `stream` is standard error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_watched = stream.isatty()
        self._width = 0

    def show(self, text: str, number: int | None = None) -> None:
        """Replace the line; of `number`, which goes into `text`, only every thousandth is shown."""
        if not self._is_watched or (number is not None and number % EVERY):
            return
        line = text if number is None else text.format(number)
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def say(self, message: str) -> None:
        """Print a message for good."""
        self.clear()
        self._stream.write(message + "\n")
        self._stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0
