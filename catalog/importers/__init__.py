"""Read what others hand in: each importer yields records, `save` is the only one that writes."""
