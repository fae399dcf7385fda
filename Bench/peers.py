"""The programs that the gateway is compared with: a registry of files, and other proxies.

Each has its own process group and folder, and listens on a free port of 127.0.0.1.
"""
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import sys
import time

from bench import basic

REPOSITORY = "team/app"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


class Program:
    """A program that runs, with its children, until the end of `with`."""

    def __init__(self, folder, command, port, environment=None):
        self.address = f"127.0.0.1:{port}"
        with open(folder / "log", "a") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {})})
        try:
            until = time.monotonic() + 10
            while not is_open(port):
                if self.process.poll() is not None or time.monotonic() > until:
                    sys.exit(f"{command[0]} did not start: {(folder / 'log').read_text()}")
                time.sleep(0.02)
        except BaseException:  # also when the wait was interrupted
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(10)


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processor_seconds(group):
    """The processor time of a process group so far. The group has the process identifier of its leader."""
    ticks = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Image:
    """An image of one layer, as files under /v2/ of a web server."""
    manifest: bytes
    layer: str
    size: int

    @property
    def digest(self):
        return digest(self.manifest)

    @staticmethod
    def write(folder, size):
        place = folder / "v2" / REPOSITORY
        (place / "blobs").mkdir(parents=True)
        (place / "manifests").mkdir()
        hash, left = hashlib.sha256(), size
        with open(place / "blobs/layer", "wb") as file:
            while left:
                part = os.urandom(min(left, 1 << 24))
                hash.update(part)
                file.write(part)
                left -= len(part)
        layer = "sha256:" + hash.hexdigest()
        (place / "blobs/layer").rename(place / "blobs" / layer)
        config = json.dumps(
            {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer]}}).encode()
        (place / "blobs" / digest(config)).write_bytes(config)
        kind = "application/vnd.oci.image"
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": f"{kind}.config.v1+json", "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": f"{kind}.layer.v1.tar", "digest": layer, "size": size}]}, indent=3).encode()
        for reference in ("latest", digest(manifest)):
            (place / "manifests" / reference).write_bytes(manifest)
        return Image(manifest, layer, size)


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def nginx(folder, binary, port, http):
    """nginx without the paths that are built into Debian's package, so that any user can run it."""
    folder.mkdir(exist_ok=True)
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    temporary = "\n".join(f'{kind}_temp_path "{folder}/{kind}";' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"""
        daemon off; worker_processes auto; pid "{folder}/pid"; {user}
        events {{ worker_connections 1024; }}
        http {{
            sendfile on; tcp_nopush on; access_log "{folder}/access.log";
            {temporary}
            {http}
        }}
    """)
    return Program(folder, [binary, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"], port)


def nginx_registry(folder, binary, image, secret):
    """A registry that requires a password and, on a second port, whose address is returned, none.

    The second port is for docker-registry, which sends no passwords to registries without tokens. Only /v2/ responds with 401; otherwise
    docker-registry would request /v2/ before every pull.
    """
    port, unlocked = free_port(), free_port()

    def server(port, challenge):
        return f"""server {{
            listen 127.0.0.1:{port}; root "{folder}"; default_type application/octet-stream;
            add_header WWW-Authenticate ${challenge} always;
            if (${challenge}) {{ return 401; }}
            location = /v2/ {{
                default_type application/json; add_header WWW-Authenticate $challenge always;
                if ($challenge) {{ return 401; }}
                return 200 "{{}}";
            }}
            location = /v2/{REPOSITORY}/tags/list {{
                default_type application/json; return 200 '{{"name": "{REPOSITORY}", "tags": ["latest"]}}';
            }}
            location /v2/{REPOSITORY}/manifests/ {{
                default_type {MANIFEST_TYPE}; add_header Docker-Content-Digest {image.digest};
            }}
            location ~ "^/v2/{REPOSITORY}/blobs/(?<digest>.+)" {{ add_header Docker-Content-Digest $digest; }}
        }}"""

    return nginx(folder, binary, port, f"""
        access_log off;
        map $http_authorization $challenge {{ default 'Basic realm="bench"'; "{secret}" ""; }}
        map $http_authorization $nothing {{ default ""; }}
        {server(port, "challenge")}
        {server(unlocked, "nothing")}
    """), f"127.0.0.1:{unlocked}"


def nginx_proxy(folder, binary, registry, secret):
    port = free_port()
    return nginx(folder, binary, port, f"""
        upstream registry {{ server {registry}; keepalive 64; }}
        server {{
            listen 127.0.0.1:{port};
            location / {{
                proxy_pass http://registry; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_set_header Authorization "{secret}";
            }}
        }}
    """)


def nginx_caching_proxy(folder, binary, registry, secret, token):
    """A proxy that serves only clients with this token, and caches manifests by digest. Tags are resolved at the registry every time."""
    port = free_port()
    folder.mkdir()
    return nginx(folder, binary, port, f"""
        upstream registry {{ server {registry}; keepalive 64; }}
        proxy_cache_path "{folder}/cache" keys_zone=manifests:10m;
        map_hash_bucket_size 1024;
        map $http_authorization $is_allowed {{ default ""; "{token}" 1; }}
        map $uri $is_tag {{ default 1; "~/manifests/sha256:" 0; }}
        server {{
            listen 127.0.0.1:{port};
            location = /auth {{ internal; if ($is_allowed) {{ return 204; }} return 401; }}
            location / {{
                auth_request /auth;
                proxy_pass http://registry; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_set_header Authorization "{secret}";
                proxy_cache manifests; proxy_cache_valid 200 10m; proxy_cache_bypass $is_tag; proxy_no_cache $is_tag;
            }}
        }}
    """)


def hummingbird_responder(folder, binary, image):
    """Hummingbird, which responds with the manifest from memory."""
    return _bench_peer(folder, binary, "respond", image.manifest.decode(), MANIFEST_TYPE)


def hummingbird_proxy(folder, binary, registry, secret):
    """Hummingbird and AsyncHTTPClient, which forward every request."""
    return _bench_peer(folder, binary, "forward", registry, secret)


def _bench_peer(folder, binary, mode, *arguments):
    port = free_port()
    folder.mkdir()
    return Program(folder, [binary, mode, str(port), *arguments], port)


def caddy_proxy(folder, binary, registry, secret):
    port = free_port()
    folder.mkdir()
    (folder / "Caddyfile").write_text(f"""
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    reverse_proxy {registry} {{
        header_up Authorization "{secret}"
    }}
}}
""")
    home = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    return Program(folder, [binary, "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"], port, home)


def registry_proxy(folder, binary, registry):
    """docker-registry as a cache of another registry, otherwise with Debian's configuration."""
    port = free_port()
    folder.mkdir()
    (folder / "config.yml").write_text(json.dumps({
        "version": 0.1, "http": {"addr": f"127.0.0.1:{port}"}, "proxy": {"remoteurl": f"http://{registry}"},
        "storage": {"cache": {"blobdescriptor": "inmemory"}, "filesystem": {"rootdirectory": str(folder / "data")}}}))
    return Program(folder, [binary, "serve", folder / "config.yml"], port)
