"""`peiyu tour`: the whole story, played against a running platform through its public API."""

from services.cli.tour.play import play

__all__ = ["play"]
