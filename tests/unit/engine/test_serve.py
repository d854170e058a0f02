"""The real server on a loopback port: the same contract over real HTTP, and a clean end."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from PIL import Image

from phota_desktop.engine.serve import serve
from tests.unit.engine.conftest import as_base64, picture

CODE = """
import sys
from pathlib import Path
from phota_desktop.engine.serve import serve

if __name__ == "__main__":
    sys.exit(serve("127.0.0.1", 0, Path(sys.argv[1]), announce=lambda url: print(url, flush=True)))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen, str]]:
    folder = tmp_path_factory.mktemp("serve")
    script = folder / "run.py"
    script.write_text(CODE)
    import os

    environ = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    process = subprocess.Popen(
        [sys.executable, script, folder / "engine"], env=environ, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        yield process, process.stdout.readline().strip()
        process.kill()


def test_over_real_http(server: tuple[subprocess.Popen, str]) -> None:
    _, base_url = server
    with httpx.Client(base_url=base_url + "/", timeout=30, trust_env=False) as http:
        assert http.get("profiles/ids").json() == {"profiles": []}
        body = {"image": as_base64(picture()), "async": True, "response_mode": "urls"}
        handle = http.post("enhance", json=body).json()
        assert handle["poll_url"].startswith(base_url)
        for _ in range(500):
            job = http.get(handle["poll_url"]).json()
            if job["status"] == "succeeded":
                break
            time.sleep(0.02)
        (url,) = job["download_urls"]
        assert url.startswith(base_url)
        assert Image.open(io.BytesIO(http.get(url).content)).size == (96, 64)
        part = http.get(url, headers={"Range": "bytes=10-19"})
        assert (part.status_code, len(part.content)) == (206, 10)
        as_bytes = http.post("enhance", json={"image": as_base64(picture())})
        assert len(as_bytes.json()["images"]) == 1
        assert http.post("generate", json={"seed": 1}).status_code == 422
        answer = http.get("models", headers={"Host": "evil.example"})
        assert answer.status_code == 400


def test_ctrl_c_ends_it_and_its_workers(server: tuple[subprocess.Popen, str]) -> None:
    process, base_url = server
    httpx.post(base_url + "/generate", json={}, timeout=30, trust_env=False)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0
    _, alive = psutil.wait_procs(children, 3)
    assert alive == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "example.com", ""])  # noqa: S104
def test_only_loopback_is_served(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback"):
        serve(host, 0, tmp_path, announce=print)
