"""The filtered test manifest, iNat-style, and beside it the ledger of what was excluded and why."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from exports.filtering import RULE, Decision, Finding
from exports.headers import Header
from exports.queries import ImageRecord
from exports.writing import JsonFile, WrittenFile

MANIFEST = "test_filtered.json"
LEDGER = "excluded.json"
_DIGITS = 4


class TestManifest:
    """Both files at once, so that each test image lands in exactly one of them."""

    __test__ = False  # the name is the field's; pytest is not meant

    def __init__(self, folder: Path, header: Header) -> None:
        self._kept = JsonFile(folder / MANIFEST)
        self._excluded = JsonFile(folder / LEDGER)
        self._header = header
        self._decisions: Counter[str] = Counter()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._kept)
            stack.enter_context(self._excluded)
            self._header.write(self._kept, "test", "filtered test images")
            self._kept.begin_array("images")
            self._excluded.member("info", self._header.info("test", "excluded test images"))
            self._excluded.member("rule", RULE)
            self._excluded.begin_array("excluded")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._kept.end_array()
            self._kept.array("annotations", [])
            self._excluded.end_array()
            self._excluded.member("counts", self.counts())
        self._stack.__exit__(kind, error, trace)

    def add(self, image_id: int, image: ImageRecord, finding: Finding) -> None:
        """Put a test image into the file that its finding sends it to."""
        self._decisions[finding.decision.value] += 1
        if finding.decision == Decision.EXCLUDED:
            self._excluded.item(_ledger_row(image_id, image, finding))
        else:
            self._kept.item(self._manifest_row(image_id, image, finding))

    def counts(self) -> dict[str, int]:
        """The number of test images, and how many there are of each decision."""
        decided = {decision.value: self._decisions[decision.value] for decision in Decision}
        return {"test_images": self._decisions.total()} | decided

    def results(self) -> list[WrittenFile]:
        """Once the context has ended: both files."""
        counts = self.counts()
        n_excluded = counts["excluded"]
        n_kept = counts["test_images"] - n_excluded
        return [
            self._kept.result({"images": n_kept} | counts),
            self._excluded.result({"images": n_excluded}),
        ]

    def _manifest_row(
        self, image_id: int, image: ImageRecord, finding: Finding
    ) -> dict[str, object]:
        width, height = self._header.profile.size(image.width, image.height)
        return {
            "id": image_id,
            "file_name": image.file_name,
            "width": width,
            "height": height,
            "license": self._header.licence_id(image),
            "rights_holder": image.rights_holder,
            "attributes": {"decision": finding.decision.value},
        }


def _ledger_row(image_id: int, image: ImageRecord, finding: Finding) -> dict[str, object]:
    return {
        "image_id": image_id,
        "file_name": image.file_name,
        "super_class": image.super_class,
        "decision": finding.decision.value,
        "reason": finding.reason,
        "probability": round(finding.probability, _DIGITS),
        "probabilities": {
            label: round(value, _DIGITS)
            for label, value in orjson.loads(image.probabilities or "{}").items()
        },
        "votes": orjson.loads(image.votes or "{}"),
        "n_votes": image.n_votes,
        "n_unusable": image.n_verdicts_unusable,
        "rule": "adjudication" if finding.is_adjudicated else RULE["name"],
        "rule_version": RULE["version"],
        "method": image.verifying_method,
        "consensus_version": image.verifying_version,
    }
