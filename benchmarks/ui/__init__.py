"""What the pages take, in a real browser against a real site: `make bench-ui`."""
