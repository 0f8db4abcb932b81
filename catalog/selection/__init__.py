"""Which photographs of what was staged become a data set: policies, one module each.

A new policy is a new file here with `SOURCE` (where its rule comes from), `Parameters` (a frozen
dataclass of whole numbers, with that source's values) and `choose(staging, parameters) -> Chosen`.
The first line of its docstring is what users are told.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from catalog.selection.policy import Chosen, Policy

__all__ = ["Chosen", "Policy", "policies"]


def policies() -> dict[str, Policy]:
    """Every policy of this package by its name, which is that of its file.

    >>> sorted(policies())
    ['inat2017', 'inat2022']
    """
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = [
        Policy(
            name=module.__name__.rpartition(".")[2],
            summary=(module.__doc__ or "").partition("\n")[0],
            source=module.SOURCE,
            defaults=module.Parameters(),
            choose=module.choose,
        )
        for module in modules
        if hasattr(module, "SOURCE")
    ]
    return {policy.name: policy for policy in found}
