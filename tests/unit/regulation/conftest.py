import pytest

from shared.regulation import Regulation


@pytest.fixture(scope="session")
def regulation():
    return Regulation.load("xiamen-2023")
