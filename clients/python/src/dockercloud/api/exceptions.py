"""The errors of the client. Each text says what failed and what to do. It contains no password and no API key."""

from typing import Optional

import requests


class ApiError(Exception):
    """A failed call.

    status -- the HTTP status of the response; None if there was no response
    message -- the server's message, or else the text of the error
    request_id -- the ID of the request in the server's log, or None
    """

    def __init__(
        self,
        text: str = "",
        *,
        status: Optional[int] = None,
        message: Optional[str] = None,
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.message = text if message is None else message
        self.request_id = request_id


class AuthError(ApiError):
    """No credential is set, or the server rejected it (401)."""


class BadRequest(ApiError):
    """The server refused the content of the request, or the registry refused the credentials in it (400)."""


class Forbidden(ApiError):
    """The account or its API key lacks a permission (403)."""


class ObjectNotFound(ApiError):
    """The object does not exist, or the account may not see it (404)."""


class Conflict(ApiError):
    """The object already exists, or another client changed it at the same time (409)."""


class Unavailable(ApiError):
    """The server cannot process the request now (429, 502, 503, 504).

    retry_after -- the seconds to wait before a retry, or None
    """

    retry_after: Optional[float] = None


class NonUniqueIdentifier(ApiError):
    """More than one object has this identifier."""


class ConfigurationError(ApiError):
    """A setting is missing or invalid. Nothing was sent."""


class InvalidName(ApiError, ValueError):
    """The text cannot be part of a path of the API. Nothing was sent."""


class InvalidResponse(ApiError, ValueError):
    """The response is not a response of this API."""


class Redirected(ApiError):
    """The server responded with a redirect. It was not followed, because the API key would be sent along."""


class NotReachable(ApiError, requests.ConnectionError):
    """Connecting to the server failed, or the connection was lost."""


class TimedOut(ApiError, requests.Timeout):
    """The server did not respond in time."""
