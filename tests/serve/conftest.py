"""One service, one nginx and one FHIR server for all tests of a session that do not kill or configure them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import Client, Process, Signer, begin_fhir, begin_nginx, begin_service, settings_file


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="session")
def signer(home: Path) -> Signer:
    return Signer(home)


@pytest.fixture(scope="session")
def fhir(home: Path) -> Iterator[Process]:
    process = begin_fhir(home)
    yield process
    process.stop()


@pytest.fixture(scope="session")
def service(home: Path, signer: Signer) -> Iterator[Process]:
    more = 'public_url = "https://staff.hospital.example"'
    process = begin_service(home, settings_file(home, signer, more))
    yield process
    assert process.stop() == 0, process.log.read_text()[-2000:]


@pytest.fixture(scope="session")
def nginx(home: Path, service: Process, fhir: Process) -> Iterator[Process]:
    process = begin_nginx(home, service.port, fhir.port)
    yield process
    process.stop()


@pytest.fixture
def door(service: Process) -> Client:
    return Client(service.port)


@pytest.fixture
def front(nginx: Process) -> Client:
    return Client(nginx.port)
