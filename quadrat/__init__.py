"""The site: nothing but wiring."""
