"""Tests of the client with failing servers and without a server."""

import json
import pathlib
import socket
import ssl
import subprocess
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

import dockercloud
from conftest import Fake, Response

LIST = '{"meta": {"limit": 25, "next": null, "offset": 0, "previous": null, "total_count": 0}, "objects": []}'
PAGE = '<html><head><title>Bad Gateway</title></head><body>proxy.example</body></html>'


def test_a_missing_server_setting_is_an_error() -> None:
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = "", "carol", "the-key"
    with pytest.raises(dockercloud.ConfigurationError, match="DOCKERCLOUD_REST_HOST"):
        dockercloud.Repository.list()


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "ftp://cloud.example", "http://", "http://carol:geheim@cloud.example", "http://h:x",
             "http://[::1", "http://cloud.example/?a=b"],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(host: str) -> None:
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = host, "carol", "the-key"
    with pytest.raises(dockercloud.ConfigurationError, match="address") as raised:
        dockercloud.Repository.list()
    assert "geheim" not in str(raised.value)


def test_nothing_is_sent_without_a_credential(fake: Fake) -> None:
    dockercloud.user = dockercloud.apikey = None
    fake.respond(Response(body=LIST))
    with pytest.raises(dockercloud.AuthError, match="DOCKERCLOUD_USER"):
        dockercloud.Repository.list()
    assert not fake.requests


def test_a_credential_with_a_line_break_is_not_sent(fake: Fake) -> None:
    dockercloud.dockercloud_auth = "Basic abc\r\nX-Injected: 1"
    fake.respond(Response(body=LIST))
    with pytest.raises(dockercloud.ConfigurationError, match="DOCKERCLOUD_AUTH"):
        dockercloud.Repository.list()
    assert not fake.requests


def test_the_credential_is_chosen_in_the_order_of_the_old_sdk(fake: Fake) -> None:
    fake.respond(Response(body=LIST))

    def sent() -> str:
        dockercloud.Repository.list()
        return fake.requests[-1].headers["Authorization"]

    dockercloud.user, dockercloud.apikey, dockercloud.password = "u", "k", "p"
    assert sent() == "Basic dTpr"
    dockercloud.apikey = None
    assert sent() == "Basic dTpw"
    dockercloud.password = None
    dockercloud.basic_auth = "YTpi"
    assert sent() == "Basic YTpi"
    dockercloud.dockercloud_auth = "Bearer token"
    assert sent() == "Bearer token"


def test_docker_hubs_login_is_not_sent_to_another_server(
    fake: Fake, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"auths": {"https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="}}}')
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login hub password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    fake.respond(Response(body=LIST))
    dockercloud.Repository.list()
    assert fake.requests[-1].headers["Authorization"] == "Basic Y2Fyb2w6dGhlLWtleQ=="
    dockercloud.user = None
    with pytest.raises(dockercloud.AuthError):
        dockercloud.Repository.list()


def test_a_server_that_is_down_is_not_reachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    dockercloud.rest_host, dockercloud.user, dockercloud.apikey = f"http://127.0.0.1:{port}", "carol", "the-key"
    with pytest.raises(dockercloud.NotReachable, match="cannot be reached: Connection refused. Check the address") as raised:
        dockercloud.Repository.list()
    assert isinstance(raised.value, requests.ConnectionError)


def test_a_silent_server_is_a_time_out(fake: Fake) -> None:
    fake.respond(Response(body=LIST, delay=2))
    dockercloud.api_timeout = 0.2
    with pytest.raises(dockercloud.TimedOut, match="did not respond within 0.2 s") as raised:
        dockercloud.Repository.list()
    assert "may still" not in str(raised.value)
    with pytest.raises(dockercloud.TimedOut, match="may still complete it"):
        dockercloud.Repository.create(name="registry.example/a").save()
    assert len(fake.requests) == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(fake: Fake, status: int) -> None:
    other = Fake()
    other.respond(Response(body=LIST))
    threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        fake.respond(Response(status, headers={"Location": f"{other.host}/api/repo/v1/repository/"}))
        with pytest.raises(dockercloud.Redirected, match="was not followed.*DOCKERCLOUD_REST_HOST") as raised:
            dockercloud.Repository.list()
        assert raised.value.status == status
        assert not other.requests
    finally:
        other.shutdown()
        other.server_close()


@pytest.mark.parametrize("body", [PAGE, "", "[]", "null", '"text"', "[" * 100_000])
def test_a_page_that_is_not_json_is_an_invalid_response(fake: Fake, body: str) -> None:
    fake.respond(Response(body=body))
    with pytest.raises(dockercloud.InvalidResponse, match="proxy"):
        dockercloud.Repository.fetch("registry.example/a")
    with pytest.raises(dockercloud.InvalidResponse):
        dockercloud.Repository.list()


def test_a_proxys_error_page_is_quoted_in_part(fake: Fake) -> None:
    dockercloud.retries = 0
    fake.respond(Response(502, PAGE))
    with pytest.raises(dockercloud.Unavailable, match="^Status 502 .*Bad Gateway.* Try again later"):
        dockercloud.Repository.list()
    fake.respond(Response(404, PAGE * 1000))
    with pytest.raises(dockercloud.ObjectNotFound, match="Docker Cloud server") as raised:
        dockercloud.Repository.list()
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_is_repeated_after_the_time_that_the_server_asks_for(fake: Fake, status: int) -> None:
    busy = Response(status, '{"error": "Busy"}', {"Retry-After": "1"})
    fake.respond(busy, Response(201, '{"name": "registry.example/a", "resource_uri": "/api/repo/v1/carol/repository/registry.example/a/"}'))
    begin = time.monotonic()
    assert dockercloud.Repository.create(name="registry.example/a").save()
    assert time.monotonic() - begin >= 1
    assert [request.body for request in fake.requests] == [{"name": "registry.example/a"}] * 2
    assert fake.requests[0].client == fake.requests[1].client, "the connection is kept"


def test_a_long_wait_is_left_to_the_program(fake: Fake) -> None:
    fake.respond(Response(429, '{"error": "Too many"}', {"Retry-After": "180"}))
    with pytest.raises(dockercloud.Unavailable, match="Try again in 180 s") as raised:
        dockercloud.Repository.list()
    assert (raised.value.retry_after, raised.value.status, len(fake.requests)) == (180, 429, 1)


def test_repetitions_end(fake: Fake) -> None:
    dockercloud.retries = 2
    fake.respond(Response(503, '{"error": "Busy"}', {"Retry-After": "0"}))
    with pytest.raises(dockercloud.Unavailable):
        dockercloud.Repository.list()
    assert len(fake.requests) == 3


def test_the_next_page_is_read_as_the_server_names_it(fake: Fake) -> None:
    following = "/api/repo/v1/repository/?after=registry.example/a%2Bb&limit=25&name__contains=&offset=25"
    fake.respond(Response(body=LIST.replace("null", f'"{following}"', 1)), Response(body=LIST))
    assert dockercloud.Repository.list(name__contains="") == []
    query = parse_qs(urlsplit(fake.requests[-1].path).query, keep_blank_values=True)
    assert query == {"after": ["registry.example/a+b"], "limit": ["25"], "name__contains": [""], "offset": ["25"]}


def test_pages_that_do_not_end_are_refused(fake: Fake) -> None:
    fake.respond(Response(body=LIST.replace("null", '"/api/repo/v1/repository/?offset=0"', 1).replace("25", "0")))
    with pytest.raises(dockercloud.InvalidResponse, match="do not end"):
        dockercloud.Repository.list()
    assert len(fake.requests) == 2


@pytest.mark.parametrize("uri", ["http://evil.example/api/x/", "//evil.example/", "/elsewhere/", "/api/../x/", "/api/%2e%2e/x/", 5, None])
def test_a_resource_uri_outside_the_api_is_not_requested(fake: Fake, uri: Any) -> None:
    fake.respond(Response(body=json.dumps({"name": "registry.example/a", "resource_uri": uri})))
    repository = dockercloud.Repository.fetch("registry.example/a")
    with pytest.raises(dockercloud.ApiError):
        repository.delete()
    assert len(fake.requests) == 1


@pytest.mark.parametrize("name", ["", "/", "a/../b", "a//b", "./a"])
def test_a_name_with_an_invalid_component_is_refused(fake: Fake, name: str) -> None:
    fake.respond(Response())
    with pytest.raises(dockercloud.InvalidName, match="Nothing was sent"):
        dockercloud.Repository.fetch(name)
    dockercloud.namespace = "a/b"
    with pytest.raises(dockercloud.InvalidName, match="user or an organization"):
        dockercloud.Repository.list()
    assert not fake.requests


def test_unsaved_objects_cannot_be_deleted_or_refreshed() -> None:
    repository = dockercloud.Repository.create(name="registry.example/a")
    for call in (repository.delete, lambda: repository.refresh(force=True)):
        with pytest.raises(dockercloud.ApiError, match="must save"):
            call()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_certificate_from_the_environment_is_trusted(
    fake: Fake, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    certificate, key = str(tmp_path / "certificate"), str(tmp_path / "key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    fake.socket = context.wrap_socket(fake.socket, server_side=True)
    fake.respond(Response(body=LIST))
    dockercloud.rest_host = fake.host.replace("http:", "https:")

    with pytest.raises(dockercloud.NotReachable, match="certificate.*Set SSL_CERT_FILE"):
        dockercloud.Repository.list()
    assert not fake.requests
    monkeypatch.setenv(variable, certificate)
    assert dockercloud.Repository.list() == []
    monkeypatch.setenv(variable, str(tmp_path / "missing"))
    with pytest.raises(dockercloud.ConfigurationError, match=variable):
        dockercloud.Repository.list()


def test_services_use_the_documented_api(fake: Fake) -> None:
    uuid = "7eaf7fff-882c-4f3d-9a8f-a22317ac00ce"
    path = f"/api/app/v1/carol/service/{uuid}/"
    body = f'{{"uuid": "{uuid}", "resource_uri": "{path}", "name": "web", "state": "Not running"}}'
    fake.respond(Response(201, body), Response(202, body))
    service = dockercloud.Service.create(image="registry.local/user1/image1:v1", name="web")
    assert service.save()
    assert dockercloud.Service.fetch(uuid).state == "Not running"
    service.target_num_containers = 3
    for call in (service.save, service.scale, service.start, service.stop, service.redeploy):
        assert call()
    fake.respond(Response(204))
    assert service.delete()
    assert [(request.method, request.path) for request in fake.requests] == [
        ("POST", "/api/app/v1/service/"), ("GET", f"/api/app/v1/service/{uuid}/"), ("PATCH", path),
        ("POST", f"{path}scale/"), ("POST", f"{path}start/"), ("POST", f"{path}stop/"),
        ("POST", f"{path}redeploy/?reuse_volumes=True"), ("DELETE", path),
    ]
    assert fake.requests[0].body == {"image": "registry.local/user1/image1:v1", "name": "web"}
    assert fake.requests[2].body == {"target_num_containers": 3}


def test_names_that_the_client_does_not_have_are_explained() -> None:
    assert not hasattr(dockercloud, "Stack")
    with pytest.raises(AttributeError, match="not part of this client"):
        dockercloud.Stack
