"""Scripts of a simulated station: the one of the manual plays, and a wrong one says where."""

import re
from pathlib import Path

import pytest

from opora.gateways.iec104.outstation import Outstation, ScriptFaulty, read_script
from opora.gateways.iec104.tests.stations import address_of, free_port, hear, values

MANUAL = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "scada.md"


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "script.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_the_script_of_the_manual_is_played_over_the_protocol(link, script):
    (text,) = re.findall(r"```toml\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    first = text.split("[[steps]]                # a contact bounces")[0]
    port = free_port()
    assert len(read_script(script(text)).steps) == 6
    outstation = Outstation(read_script(script(first), port=port))
    outstation.start()
    try:
        link.follow([address_of(port)])
        hear(link, until=lambda heard: len(values(heard)) == 2)
        outstation.wait()
        outstation.play()
        assert values(hear(link, until=lambda heard: len(values(heard)) == 3)) == [(101, 1), (101, 2), (101, 1)]
    finally:
        outstation.stop()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[station", "end of a table"),
        ("[station]\n[[points]]\nkind = 'single'", "address"),
        ("[station]\n[[points]]\naddress = 1\nkind = 'triple'", "TRIPLE"),
        ("[station]\n[[points]]\naddress = 1\nkind = 'single'\nstate = 'faulty'", "faulty"),
        ("[station]\n[[points]]\naddress = 1\n[[steps]]\nafter = 1\npoint = 2", "point 2"),
        ("[station]\n[[points]]\naddress = 1\n[[steps]]\nafter = 1\npoint = 1\nstate = 'shut'", "shut"),
        ("[station]\n[[points]]\naddress = 1\n[[steps]]\nwhen = 1", "when"),
    ],
)
def test_a_wrong_script_is_refused_with_its_place(script, text, told):
    with pytest.raises(ScriptFaulty, match=told):
        read_script(script(text))
