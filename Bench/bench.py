"""Common parts of the measurements: the server as a user runs it, and the measured requests."""
import base64
import gc
import http.client
import os
import pathlib
import subprocess
import sys
import time


def lighterman(binaries=None):
    """The server's program, in the given folder or in that of `make build`."""
    folder = pathlib.Path(binaries) if binaries else pathlib.Path(__file__).parent / "../.build/release"
    binary = (folder / "lighterman").resolve()
    if not os.access(binary, os.X_OK):
        sys.exit(f"{binary} is missing: run 'make build'")
    return binary


def basic(credential):
    """The value of `Authorization` for USER:PASSWORD."""
    return "Basic " + base64.b64encode(credential.encode()).decode()


def sign(binary, folder):
    """Signs the rows that were inserted without the server, and adds their names to its journal. Earlier versions do neither."""
    command = [binary, "doctor", "--sign-all", "--rebuild-journal", "--data", folder / "data"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Server:
    """The server on a data directory, in its own process group, and a persistent connection to it."""

    def __init__(self, binary, folder, *options):
        self.folder = folder
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--data", folder / "data", *options]
        with open(folder / "log", "a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        self.started = time.monotonic()

    def __enter__(self):
        try:
            line = self.process.stdout.readline()
            if not line.startswith("listening on "):
                sys.exit(f"the server did not start: {(self.folder / 'log').read_text()}")
        except BaseException:  # also when the wait was interrupted
            self.__exit__()
            raise
        variables = dict(line.removeprefix("export ").split("=", 1) for line in (self.folder / "data.env").read_text().splitlines())
        self.key = f"{variables['DOCKERCLOUD_USER']}:{variables['DOCKERCLOUD_APIKEY']}"
        self.headers = {"Authorization": basic(self.key), "Content-Type": "application/json"}
        self.address = line.split("//")[1].strip()
        self.connection = http.client.HTTPConnection(self.address, timeout=60)
        self.used = time.monotonic()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def call(self, method, path, body=None, expected=200):
        status, text = self.request(method, path, body, self.headers)
        assert status == expected, f"{method} {path}: {status} {text[:200]}"
        return text

    def ask(self, path, headers):
        """The status and the body of a GET."""
        return self.request("GET", path, None, headers)

    def request(self, method, path, body, headers):
        # The server closes connections that are idle for a minute.
        if time.monotonic() - self.used > 30:
            self.connection.close()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        self.used = time.monotonic()
        return response.status, text

    def measure(self, path, count):
        """The start of each request, and the milliseconds that it took."""
        gc.disable()
        calls = []
        for _ in range(count):
            begin = time.monotonic()
            self.call("GET", path)
            calls.append((begin, (time.monotonic() - begin) * 1000))
        gc.enable()
        return calls
