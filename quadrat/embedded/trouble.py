"""What went wrong, in words for the person at the terminal."""


class EmbeddedError(RuntimeError):
    """The embedded services cannot run; the message says why and what to do."""
