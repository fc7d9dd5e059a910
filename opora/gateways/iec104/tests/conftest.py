from collections.abc import Iterator

import pytest

from opora.gateways.iec104.link import Iec104Link


@pytest.fixture
def link() -> Iterator[Iec104Link]:
    made = Iec104Link()
    yield made
    made.close()
