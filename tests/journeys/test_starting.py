"""`opora up` from the outside: a second start, a taken port, a clean end."""

import socket

import psutil
import pytest

from tests.journeys.installation import Running, answers, free_port, start, stop


@pytest.fixture
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("starting")


def test_a_second_start_keeps_the_data(home):
    first = start(home, port=free_port())
    first.command("admin", "keeper", "--password", "долгий-пароль-1")
    assert stop(first) == 0
    assert answers(f"{first.url}/login/") == 0

    second = start(home, port=free_port())
    again = second.command("admin", "keeper", "--password", "долгий-пароль-1")

    assert stop(second) == 0
    assert again.returncode == 1
    assert "занято" in again.stderr


def test_a_command_before_the_set_up_says_what_to_do(tmp_path):
    here = Running(url="", home=tmp_path, process=None, log=tmp_path / "log")

    asked = here.command("token", "list")

    assert asked.returncode == 1
    assert "Создайте её: opora setup" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_crashed_process_is_started_again(opora):
    web, *_workers = psutil.Process(opora.process.pid).children()

    web.kill()

    opora.wait_until(lambda: "web  │ завершился с кодом -9" in opora.said())
    opora.wait_until(lambda: answers(f"{opora.url}/login/") == 200)


def test_the_doctor_finds_a_running_installation_well(opora):
    doctor = opora.command("doctor")

    assert doctor.returncode == 0
    assert "✓ База данных: PostgreSQL 18" in doctor.stdout
    assert "✓ Исполнители: работают" in doctor.stdout
    assert "✓ Неудачные задания: нет" in doctor.stdout


def test_a_taken_port_is_said_with_what_to_do(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(pytest.fail.Exception) as failure:
            start(home, port=port)

    assert f"Порт {port} занят" in str(failure.value)
    assert not (home / "postgres").exists()


def test_one_folder_serves_one_installation(opora):
    with pytest.raises(pytest.fail.Exception) as failure:
        start(opora.home, port=free_port())

    assert "уже работает" in str(failure.value)
