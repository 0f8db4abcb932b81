"""Reads for organizers' pages: explicit order, a constant number of queries, never a write."""
