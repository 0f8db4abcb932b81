"""Box tasks: "Box all birds"."""
