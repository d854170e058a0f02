"""What is slow to import is imported in a thread, never in the loop that paints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio, sys, threading
from pathlib import Path

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("httpx", "starlette") and threading.current_thread() is threading.main_thread():
            imported.append(name)

imported = []
sys.meta_path.insert(0, Watch())

async def main(home):
    from phota_desktop.core.jobs import Engine
    from phota_desktop.core.requests import GenerateRequest
    from phota_desktop.services.composition import open_services
    from phota_desktop.store.paths import AppFolders
    from phota_desktop.store.settings import SettingsStore

    environ = {"PHOTA_DESKTOP_HOME": home, "PHOTA_API_KEY": "k", "PHOTA_BASE_URL": "http://127.0.0.1:9"}
    folders = AppFolders.find(environ)
    folders.create()
    settings = SettingsStore(folders.settings_file).load()
    services = await open_services(folders, settings, environ=environ, patient=False)
    await services.session.start(Engine.LOCAL)
    services.catalogues.catalogue()
    assert "httpx" not in sys.modules
    job = await services.queue.submit(GenerateRequest("a boat"), engine=Engine.LOCAL, deliver=False)
    await services.queue.wait(job.id)
    assert services.queue.job(job.id).state.public == "done"
    services.session.set_engine(Engine.PHOTA)
    await services.catalogues.refresh()
    await services.people.refresh()
    await services.close()

if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    assert not imported, imported
"""


def test_the_client_and_the_engine_are_imported_in_a_thread(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "home")],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
