"""The server for the tests, and a small HTTP server with scripted responses."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import threading
import time
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import pytest

for _variable in [name for name in os.environ if name.startswith("DOCKERCLOUD_")]:
    del os.environ[_variable]
for _variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
    os.environ.pop(_variable, None)

import dockercloud  # noqa: E402


class Account(NamedTuple):
    host: str
    user: str
    apikey: str


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The administrator of a server that is started for these tests. The server never contacts registries."""
    folder = tmp_path_factory.mktemp("server")
    command = [os.environ["LIGHTERMAN"], "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data")]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen([*command, "--verify", "skip"], stdout=log, stderr=log)
    try:
        yield _account(folder, server)
    finally:
        server.terminate()
        server.wait()


def _account(folder: pathlib.Path, server: "subprocess.Popen[bytes]") -> Account:
    for _ in range(400):
        if re.search(r"listening on http", (folder / "log").read_text()):
            text = (folder / "data.env").read_text()
            variables = dict(re.findall(r"DOCKERCLOUD_(\w+)=(\S+)", text))
            return Account(variables["REST_HOST"], variables["USER"], variables["APIKEY"])
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError((folder / "log").read_text())


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restores the module's settings after each test."""
    for name in ("rest_host", "namespace", "user", "apikey", "password", "dockercloud_auth", "basic_auth", "user_agent",
                 "api_timeout", "retries", "max_retry_wait"):
        monkeypatch.setattr(dockercloud, name, getattr(dockercloud, name))


@pytest.fixture
def server(account: Account, settings: None) -> Iterator[Account]:
    """Sets the module's settings to the server, which has no repositories before and after a test."""
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = account
    yield account
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = account
    dockercloud.namespace = dockercloud.dockercloud_auth = None
    for repository in dockercloud.Repository.list():
        repository.delete()


class Response(NamedTuple):
    status: int = 200
    body: str = "{}"
    headers: Dict[str, str] = {}
    delay: float = 0


class Request(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: Any
    client: Tuple[str, int]


class Fake(http.server.ThreadingHTTPServer):
    """Sends the given responses in order, repeating the last one, and records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.responses: List[Response] = []
        self.requests: List[Request] = []

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def respond(self, *responses: Response) -> None:
        self.responses = list(responses)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Fake

    def respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body: Optional[Any] = json.loads(self.rfile.read(length)) if length else None
        self.server.requests.append(
            Request(self.command, self.path, dict(self.headers), body, (self.client_address[0], self.client_address[1]))
        )
        responses = self.server.responses
        response = responses.pop(0) if len(responses) > 1 else responses[0]
        time.sleep(response.delay)
        content = response.body.encode()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if response.status != 204:
            self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = respond

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def fake(settings: None) -> Iterator[Fake]:
    """Sets the module's settings to a small HTTP server."""
    fake = Fake()
    threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = fake.host, "carol", "the-key"
    yield fake
    fake.shutdown()
    fake.server_close()
