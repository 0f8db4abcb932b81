"""Who works on what, and when it is done. Knows neither boxes nor verdicts."""
