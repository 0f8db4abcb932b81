"""Values that are read again and again, on disk once they are large."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar

T = TypeVar("T")

IN_MEMORY_BYTES = 64 * 2**20


class Spool(Generic[T]):
    """A sequence written once and read in order as often as wanted.

    Up to 64 MiB stay in memory; beyond that they are in a temporary file that vanishes with the
    process. One reader at a time.

    >>> spool = Spool(n * n for n in range(3))
    >>> list(spool), list(spool)
    ([0, 1, 4], [0, 1, 4])
    """

    def __init__(self, values: Iterable[T]) -> None:
        self._n = 0
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 lives as long as we
        for value in values:
            pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._n += 1

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[T]:
        self._file.seek(0)
        for _ in range(self._n):
            yield pickle.load(self._file)  # noqa: S301 what was written above, by this process
