"""Our ES modules, put together: a page gets all that it needs in one file.

Thirty small files weigh a quarter more than one, as each is compressed alone, and six at a time
take five round trips. Every module keeps a scope of its own (a function that is called once, in
the order of the imports), so nothing is renamed and no program is analysed: what is read is
``import`` and ``export``, in the few forms that we write. Another form is an error, not a guess.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import rjsmin

IMPORT = re.compile(r'(?<![\w$.])import(?:\{([^{}]*)\}|\*as ([\w$]+) )from"(\.[^"]+)";?')
LATER = re.compile(r'(?<![\w$.])import\("(\.[^"]+)"\)')
EXPORT = re.compile(r"(?<![\w$.])export ((?:async function|function|class|const) ([\w$]+))")
UNREAD = re.compile(r'(?<![\w$.])(?:import[\s{*"]|export[\s{*]).{0,40}')


class UnreadableModule(ValueError):
    """A module is written in a way that cannot be put together with others."""


def stripped(source: str) -> str:
    """A module without comments and indentation: the same program, 2/3 of the bytes to transfer.

    A template literal inside another one must not hold ``//`` or ``/*``.
    """
    return str(rjsmin.jsmin(source))


@dataclass(frozen=True)
class Module:
    """One file; `name` as the static files know it, `text` stripped, `key` as files that are put
    together call it."""

    name: str
    text: str
    key: str

    @cached_property
    def imports(self) -> list[str]:
        return [self.beside(path) for _, _, path in IMPORT.findall(self.text)]

    @cached_property
    def later(self) -> list[str]:
        """What it loads only when it needs it, by ``import()``."""
        return [self.beside(path) for path in LATER.findall(self.text)]

    @cached_property
    def exports(self) -> list[str]:
        return [name for _, name in EXPORT.findall(self.text)]

    def beside(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))


class Modules:
    """All our modules. `read` gives the source of one by its name."""

    def __init__(self, names: Iterable[str], read: Callable[[str], str]) -> None:
        self.all = {
            name: Module(name, stripped(read(name)), f"$m[{number}]")
            for number, name in enumerate(sorted(names))
        }

    def put_together(self, name: str) -> str:
        """What is served as this file. A module that others import stays as it is, as no page
        asks for it; every other one brings along what it needs.

        Raises UnreadableModule.
        """
        module = self.all[name]
        if name in self._loaded_later:
            known = set.intersection(*map(set, self._bundles_that_load(name)))
            needed = [one for one in self.needed_by(name) if one not in known]
            body = "".join(self._wrapped(one, beside=module) for one in needed)
            return f"export default $m=>{{{body}return {module.key}}}"
        if name in self._imported or not (module.imports or module.later):
            return module.text
        needed = self.needed_by(name)[:-1]
        body = "".join(self._wrapped(one, beside=module) for one in needed)
        return f"const $m={{}};{body}{self._linked(module, beside=module)}"

    def needed_by(self, name: str) -> list[str]:
        """The module and all that it imports, each after what it imports itself."""
        return list(dict.fromkeys(self._walk(name, ())))

    def _walk(self, name: str, above: tuple[str, ...]) -> Iterator[str]:
        if name not in self.all:
            raise UnreadableModule(f"{name} is not there, but {above[-1]} imports it")
        if name in above:
            raise UnreadableModule(f"{name} imports itself by way of {above[-1]}")
        for one in self.all[name].imports:
            yield from self._walk(one, (*above, name))
        yield name

    @cached_property
    def _imported(self) -> set[str]:
        return {one for module in self.all.values() for one in module.imports}

    @cached_property
    def _loaded_later(self) -> set[str]:
        return {one for module in self.all.values() for one in module.later}

    def _bundles_that_load(self, name: str) -> Iterator[list[str]]:
        for one in self.all:
            needed = self.needed_by(one) if one not in self._imported else []
            if any(name in self.all[other].later for other in needed):
                yield needed

    def _wrapped(self, name: str, *, beside: Module) -> str:
        """The module in a scope of its own, unless another file has brought it already."""
        module = self.all[name]
        body = EXPORT.sub(r"\1", self._linked(module, beside=beside))
        if unread := UNREAD.search(body):
            raise UnreadableModule(f"{name}: {unread[0]}")
        return f"{module.key}??=(()=>{{{body}\nreturn{{{','.join(module.exports)}}}}})();"

    def _linked(self, module: Module, *, beside: Module) -> str:
        """The text with its imports taken from what is in the same file."""

        def taken(found: re.Match[str]) -> str:
            names, whole, path = found.groups()
            here = whole or "{" + re.sub(r"([\w$]+) as ", r"\1:", names) + "}"
            return f"const {here}={self.all[module.beside(path)].key};"

        def fetched(found: re.Match[str]) -> str:
            path = posixpath.relpath(module.beside(found[1]), posixpath.dirname(beside.name))
            return (
                f'import("{path if path.startswith(".") else "./" + path}").then(m=>m.default($m))'
            )

        return LATER.sub(fetched, IMPORT.sub(taken, module.text))
