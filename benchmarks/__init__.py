"""What `make bench` runs. Each prints one table and is run as `python -m benchmarks.NAME`."""
