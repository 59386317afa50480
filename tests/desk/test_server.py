"""The port: found, refused, given back."""

import socket
from pathlib import Path

import httpx
import pytest

from monitor.desk.server import listen
from monitor.errors import ConfigError
from tests.desk.stage import BOSS, staged

pytestmark = pytest.mark.system


def test_a_port_that_is_taken_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot be listened on; found Address already in use"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_no_address_here():
    with pytest.raises(ConfigError, match="is no address of this machine"):
        listen("no.such.host.invalid", 0)


async def test_a_certificate_that_cannot_be_used(tmp_path: Path):
    wrong = tmp_path / "cert.pem"
    wrong.write_text("nothing of the kind")
    for path in (wrong, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match=r"tls_cert = .* cannot be used"):
            async with staged(tmp_path, tls_cert=path, tls_key=path):
                pass


async def test_the_port_is_free_again_after_stopping(tmp_path: Path):
    async with staged(tmp_path) as stage:
        port = stage.server.port
        async with stage.join():
            pass
    listen("127.0.0.1", port).close()


async def test_the_log_holds_no_token(tmp_path: Path, caplog):
    caplog.set_level("DEBUG")
    async with staged(tmp_path) as stage:
        async with stage.join():
            pass
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.get(f"{stage.server.url}/healthz?token={BOSS}")
    assert BOSS not in "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("uvicorn"))
