"""Paths of the API. They contain names unencoded, including slashes and the colon of a port."""

from typing import Optional
from urllib.parse import quote, urlsplit

import dockercloud

from .exceptions import ConfigurationError, InvalidName, InvalidResponse


def base_url() -> str:
    """Returns the server's address without a trailing slash."""
    text = (dockercloud.rest_host or "").strip().rstrip("/")
    if not text:
        raise ConfigurationError(
            "No server: set DOCKERCLOUD_REST_HOST or dockercloud.rest_host, for example to https://cloud.example."
        )
    try:
        url = urlsplit(text)
        valid = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        valid = False
    # The error does not repeat the text, because it may contain a password.
    if not valid or url.username is not None or url.query or url.fragment:
        raise ConfigurationError(
            "The server's address cannot be used. Set DOCKERCLOUD_REST_HOST or dockercloud.rest_host to "
            "https://cloud.example or http://127.0.0.1:8080, without a user name and without a query."
        )
    return text


def collection(subsystem: str, version: str, endpoint: str, namespace: Optional[str]) -> str:
    """Returns the path of the collection of one kind of object."""
    segments = ["/api", subsystem, version, endpoint.strip("/")]
    if namespace:
        if not isinstance(namespace, str) or "/" in namespace or namespace in (".", ".."):
            raise InvalidName(f"{namespace!r} is not the name of a user or an organization. Nothing was sent.")
        segments.insert(3, quote(namespace, safe="+"))
    return "/".join(segments) + "/"


def member(collection: str, name: str) -> str:
    """Returns the path of one object. The server refuses names with characters that have to be percent-encoded."""
    if not isinstance(name, str) or any(part in ("", ".", "..") for part in name.strip("/").split("/")):
        raise InvalidName(f"{name!r} is not a name: it is empty, or has a component that is empty, '.' or '..'. Nothing was sent.")
    return collection + quote(name.strip("/"), safe="/:@+") + "/"


def from_server(uri: str) -> str:
    """Checks that a resource URI from the server is a path below /api/, and returns it."""
    segments = uri.split("/")
    if not uri.startswith("/api/") or "//" in uri or "." in segments or ".." in segments or set("?#%\\") & set(uri):
        raise InvalidResponse(
            f"The resource URI of this object is not a path of the API: {uri!r}. "
            "Check that the address is that of a Docker Cloud server."
        )
    return uri.rstrip("/") + "/"
