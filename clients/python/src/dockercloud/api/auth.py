"""The credential of a request. ~/.docker/config.json is not read: its logins belong to other servers."""

import base64
from typing import Dict, Optional

import requests

import dockercloud

from .exceptions import AuthError, ConfigurationError


def get_auth_header() -> Dict[str, str]:
    """Returns the Authorization header; empty if there is no credential."""
    value = _authorization()
    if value is None:
        return {}
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(
            "The credential cannot be sent: it has control characters or characters outside ASCII. "
            "Check DOCKERCLOUD_AUTH (dockercloud.dockercloud_auth)."
        )
    return {"Authorization": value}


def is_authenticated() -> bool:
    """Returns whether a credential is set. Sends no request."""
    return _authorization() is not None


def logout() -> None:
    """Removes all credentials from the settings."""
    dockercloud.dockercloud_auth = dockercloud.basic_auth = None
    dockercloud.user = dockercloud.apikey = dockercloud.password = None


def _authorization() -> Optional[str]:
    if dockercloud.dockercloud_auth:
        return dockercloud.dockercloud_auth
    secret = dockercloud.apikey or dockercloud.password
    if dockercloud.user and secret:
        return "Basic " + base64.b64encode(f"{dockercloud.user}:{secret}".encode()).decode()
    return f"Basic {dockercloud.basic_auth}" if dockercloud.basic_auth else None


class HeaderAuth(requests.auth.AuthBase):
    """Sets the credential. With an explicit `auth`, requests does not use ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        header = get_auth_header()
        if not header:
            raise AuthError(
                "Not authorized: there is no credential. Set DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, "
                "or dockercloud.user and dockercloud.apikey."
            )
        request.headers.update(header)
        return request
