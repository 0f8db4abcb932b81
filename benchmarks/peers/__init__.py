"""Other people's ways of merging boxes, each in an environment of its own.

`NAME.txt` pins what the adapter `NAME.py` needs; `benchmarks.consensus_peers` installs it into
`.venv-peers/NAME` and runs `python -m benchmarks.peers.NAME` there. An adapter knows nothing of
Quadrat: it speaks the lines of `benchmarks.peers.lines`.
"""
