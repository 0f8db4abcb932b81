"""`python -m quadrat.languages` brings the catalogs up to date; `--check` only tells of gaps."""

from __future__ import annotations

import sys

from quadrat.languages import catalogs, extraction


def main(arguments: list[str]) -> int:
    """List what is not translated yet; exit 1 if there is any."""
    messages = extraction.worker_messages()
    n_missing = 0
    for locale in catalogs.locales():
        if "--check" not in arguments:
            catalogs.update(locale, messages)
        gaps = catalogs.missing(catalogs.read(locale), messages)
        n_missing += len(gaps)
        sys.stdout.writelines(f"{locale}: not translated: {message!r}\n" for message in gaps)
    sys.stdout.write(f"{len(messages)} messages, {n_missing} translations missing.\n")
    return 1 if n_missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
