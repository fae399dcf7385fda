"""Requests and responses. The whole program uses one session with persistent connections."""

import email.utils
import os
import time
from json import JSONDecodeError
from typing import Any, Dict, Mapping, Optional, Union

import requests
import urllib3

import dockercloud

from . import paths
from .auth import HeaderAuth
from .exceptions import (
    ApiError,
    AuthError,
    BadRequest,
    ConfigurationError,
    Conflict,
    Forbidden,
    InvalidResponse,
    NotReachable,
    ObjectNotFound,
    Redirected,
    TimedOut,
    Unavailable,
)

_session = requests.Session()
_last_use = time.monotonic()

_ERRORS = {400: BadRequest, 403: Forbidden, 404: ObjectNotFound, 409: Conflict}
_UNAVAILABLE = (429, 502, 503, 504)


def get_session() -> requests.Session:
    """Returns the session that all requests use."""
    global _last_use
    interval = dockercloud.reconnection_interval
    if 0 <= interval < time.monotonic() - _last_use:
        new_session()
    _last_use = time.monotonic()
    return _session


def close_session() -> None:
    """Closes all connections. The next request opens new ones."""
    _session.close()


def new_session() -> None:
    """Closes all connections and discards cookies."""
    global _session
    _session.close()
    _session = requests.Session()


def send_request(
    method: str,
    path: str,
    inject_header: bool = True,
    params: Optional[Mapping[str, Any]] = None,
    data: Optional[str] = None,
) -> Optional[Dict[str, Any]]:
    """Sends a request and returns the JSON object of the response; None if the response has no content.

    A request is retried after a 429 or 503 response, with which the server has changed nothing, after the delay in Retry-After.
    """
    session = get_session()
    request = requests.Request(
        method, paths.base_url() + path, headers=_headers(), params=params, data=data, auth=HeaderAuth()
    )
    for attempt in range(max(0, dockercloud.retries) + 1):
        response = _send(session, request)
        dockercloud.logger.debug("%s %s: %s", method, response.url, response.status_code)
        if response.status_code not in (429, 503) or attempt >= dockercloud.retries:
            break
        delay = _retry_after(response)
        delay = float(2**attempt) if delay is None else delay
        if delay > dockercloud.max_retry_wait:
            break
        time.sleep(delay)
    return _content(response, inject_header)


def _headers() -> Dict[str, str]:
    own = f"python-dockercloud/{dockercloud.__version__}"
    return {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": f"{dockercloud.user_agent} {own}" if dockercloud.user_agent else own,
    }


def _send(session: requests.Session, request: requests.Request) -> requests.Response:
    try:
        return _transmit(session, request)
    except NotReachable as error:
        # The server may close an idle connection just when it is used again. Only GET can be repeated safely.
        if request.method == "GET" and isinstance(_cause(error), urllib3.exceptions.ProtocolError):
            return _transmit(session, request)
        raise


def _transmit(session: requests.Session, request: requests.Request) -> requests.Response:
    host = paths.base_url()
    try:
        prepared = session.prepare_request(request)
        settings = session.merge_environment_settings(prepared.url, {}, False, _certificates(), None)
        return session.send(prepared, timeout=dockercloud.api_timeout, allow_redirects=False, **settings)
    except requests.Timeout as error:
        advice = "" if request.method == "GET" else " The server may still complete it: look before the next try."
        raise TimedOut(
            f"{host} did not respond within {dockercloud.api_timeout:g} s ({request.method} {request.url}).{advice} "
            "Check the server, or set dockercloud.api_timeout."
        ) from error
    except requests.exceptions.SSLError as error:
        raise NotReachable(
            f"{host} has no certificate that is trusted here: {_reason(error)}. "
            f"Set {'REQUESTS_CA_BUNDLE' if os.environ.get('REQUESTS_CA_BUNDLE') else 'SSL_CERT_FILE'} "
            "to a file with the certificate of its authority."
        ) from error
    except requests.ConnectionError as error:
        raise NotReachable(
            f"{host} cannot be reached: {_reason(error)}. Check the address and that the server is running."
        ) from error
    except requests.RequestException as error:
        raise ApiError(f"The request failed: {_reason(error)} ({request.method} {request.url}).") from error
    except OSError as error:
        raise ConfigurationError(f"{error}. Check SSL_CERT_FILE and REQUESTS_CA_BUNDLE.") from error


def _certificates() -> Union[str, bool]:
    """The file of trusted certificates; True for the default of requests, which also evaluates CURL_CA_BUNDLE."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True


def _content(response: requests.Response, inject_header: bool) -> Optional[Dict[str, Any]]:
    if response.status_code == 204:
        return None
    if not 200 <= response.status_code <= 299:
        raise _error(response)
    content = _json(response)
    if not isinstance(content, dict):
        raise InvalidResponse(
            f"{_call(response)}: the response is not a JSON object but {_beginning(response)}. "
            "Check that the address is that of a Docker Cloud server, and what a proxy before it does.",
            status=response.status_code,
        )
    if inject_header:
        content["dockercloud_action_uri"] = response.headers.get("X-DockerCloud-Action-URI", "")
    return content


def _error(response: requests.Response) -> ApiError:
    status = response.status_code
    if 300 <= status <= 399:
        location = response.headers.get("Location", "an address that it does not name")
        return Redirected(
            f"Status {status} ({_call(response)}): the server redirects to {location!r}. The redirect was not followed, as the "
            "API key would go along. If the new address is right, set DOCKERCLOUD_REST_HOST to it.",
            status=status,
        )
    content = _json(response)
    message = content.get("error") if isinstance(content, dict) else None
    known = isinstance(message, str)
    text = f"Status {status} ({_call(response)}). Response: {response.text if known else _beginning(response)}"
    kind = Unavailable if status in _UNAVAILABLE else _ERRORS.get(status, ApiError)
    delay = _retry_after(response)
    if status == 401:
        kind = AuthError
        text = (
            f"Not authorized: {paths.base_url()} did not accept the user name and API key. "
            "Check DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, or dockercloud.user and dockercloud.apikey."
        )
    elif kind is Unavailable:
        text += f" Try again in {delay:g} s." if delay is not None else " Try again later."
    elif not known:
        text += " Check that the address is that of a Docker Cloud server, and what a proxy before it does."
    error = kind(
        text, status=status, message=message if known else text, request_id=response.headers.get("X-Request-Id")
    )
    if isinstance(error, Unavailable):
        error.retry_after = delay
    return error


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except (JSONDecodeError, ValueError, RecursionError):
        return None


def _call(response: requests.Response) -> str:
    """The method and the URL without its query."""
    return f"{response.request.method} {response.url.split('?')[0]}"


def _beginning(response: requests.Response) -> str:
    text = " ".join(response.text[:1000].split())
    return repr(text[:120] + "…" if len(text) > 120 else text) if text else "empty"


def _retry_after(response: requests.Response) -> Optional[float]:
    """The seconds of Retry-After, which is a number or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _cause(error: BaseException) -> Optional[BaseException]:
    """The error of the lower layer that requests wrapped."""
    inner = error.__cause__
    return inner.args[0] if inner is not None and inner.args and isinstance(inner.args[0], BaseException) else inner


def _reason(error: BaseException) -> str:
    """The innermost reason of an error. The texts of its wrappers contain memory addresses of objects."""
    for _ in range(8):
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((value for value in error.args if isinstance(value, BaseException)), None)
        if inner is None:
            inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return str(getattr(error, "strerror", None) or error).rstrip(".")
