"""`python -m services.cli` is `peiyu`."""

from services.cli.main import app

app()
