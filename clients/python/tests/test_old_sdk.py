"""One program has the same output with this client and with Docker Cloud's own Python SDK, in the folder OLD_CLIENTS."""

import os
import pathlib
import subprocess
import sys

import pytest

from conftest import Account

HERE = pathlib.Path(__file__).parent
OLD = pathlib.Path(os.environ.get("OLD_CLIENTS", "")) / "bin" / "python"
SHIM = HERE.parent.parent.parent / "Tests" / "OldClients" / "shim"


@pytest.mark.skipif(not OLD.is_file(), reason="Docker Cloud's own SDK is not installed: Tests/OldClients/install")
def test_a_program_for_the_old_sdk_has_the_same_results(server: Account, tmp_path: pathlib.Path) -> None:
    def output(python: str, **more: str) -> "list[str]":
        variables = {f"DOCKERCLOUD_{name.upper()}": value for name, value in
                     (("rest_host", server.host), ("user", server.user), ("apikey", server.apikey))}
        environment = {**os.environ, **variables, "HOME": str(tmp_path), **more}
        command = [python, str(HERE / "old_script.py")]
        return subprocess.run(command, env=environment, capture_output=True, check=True, text=True, timeout=120).stdout.splitlines()

    old = output(str(OLD), PYTHONPATH=str(SHIM))
    assert len(old) > 30
    assert output(sys.executable) == old
