"""Small archives, written row by row, and what a reader makes of them."""

from pathlib import Path

from catalog.importers import dwca
from catalog.staging import Staging
from simulation.archives import MEDIA_TERMS, OCCURRENCE_TERMS, meta_xml


def names(terms):
    return [term.rpartition("/")[2] for term in terms]


OCCURRENCE = dict.fromkeys(names(OCCURRENCE_TERMS), "") | {
    "datasetName": "iNaturalist research-grade observations",
    "recordedBy": "Ada",
    "eventDate": "2016-05-14T10:00:00",
    "scientificName": "Parus major Linnaeus, 1758",
    "kingdom": "Animalia",
    "phylum": "Chordata",
    "class": "Aves",
    "order": "Passeriformes",
    "family": "Paridae",
    "genus": "Parus",
    "species": "Parus major",
    "taxonRank": "SPECIES",
    "taxonKey": "9705453",
}
MEDIUM = dict.fromkeys(names(MEDIA_TERMS), "") | {"type": "StillImage", "format": "image/jpeg"}


def occurrence(key, **changes):
    """The columns of a great tit that Ada saw, but for what is changed."""
    return OCCURRENCE | {"gbifID": str(key)} | changes


def medium(key, identifier, **changes):
    """The columns of a photograph of that occurrence."""
    return MEDIUM | {"gbifID": str(key), "identifier": identifier} | changes


def table(rows, columns):
    """Tab-separated lines with the names first."""
    lines = [columns, *([row[column] for column in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def write_archive(folder: Path, occurrences, media, *, meta=None):
    """A Darwin Core Archive in a folder, its tables from dictionaries or as given text."""
    folder.mkdir(parents=True, exist_ok=True)
    if not isinstance(occurrences, str):
        occurrences = table(occurrences, names(OCCURRENCE_TERMS))
    if not isinstance(media, str):
        media = table(media, names(MEDIA_TERMS))
    (folder / "meta.xml").write_text(meta or meta_xml(), encoding="utf-8")
    (folder / "occurrence.txt").write_text(occurrences, encoding="utf-8", newline="")
    (folder / "multimedia.txt").write_text(media, encoding="utf-8", newline="")
    return folder


class Staged:
    """What a reader left in the staging, as plain lists."""

    def __init__(self, staging: Staging):
        self.photos = self._rows(staging, 'SELECT * FROM photo ORDER BY "row"')
        self.observations = self._rows(staging, "SELECT * FROM observation ORDER BY key")
        self.taxa = self._rows(staging, "SELECT * FROM taxon ORDER BY key")
        self.refused = {each.reason: each.n for each in staging.refusals()}
        self.examples = {each.reason: each.examples for each in staging.refusals()}
        staging.choose_all()
        self.records = list(staging.records())
        tables = {name for (name,) in staging.sql.execute("SHOW TABLES").fetchall()}
        self.n_scratch_tables = len(tables - {"taxon", "observation", "photo", "refused", "chosen"})

    def _rows(self, staging, query):
        found = staging.sql.execute(query)
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def staged(path, reader=dwca, directory=None):
    """Read the input into a passing staging."""
    steps = []
    with Staging.open(directory) as staging:
        reader.stage(path, staging, on_progress=lambda words, share: steps.append((words, share)))
        found = Staged(staging)
    assert steps and all(words and 0 <= share <= 1 for words, share in steps)
    assert found.n_scratch_tables == 0
    return found
