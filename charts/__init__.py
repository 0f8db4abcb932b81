"""Charts: Vega-Lite specs as plain dictionaries, drawn in the page or as a file.

The same spec is drawn by the browser (`static/quadrat/lib/charts.js`, with the library of
`charts/bundle.py`) and on the server (`charts/images.py`). It knows no tables of the database.
"""

from charts.figures import Figure, Table

__all__ = ["Figure", "Table"]
