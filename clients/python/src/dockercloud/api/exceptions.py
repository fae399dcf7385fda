"""The errors of the client. Each text says what failed and what to do, and holds no password and no API key."""

from typing import Optional

import requests


class ApiError(Exception):
    """A call failed.

    status -- the HTTP status of the response; None where there was no response
    message -- the server's own sentence, or the text of the error
    request_id -- the number under which the server's log has more, or None
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
    """There is no credential, or the server did not accept it (401)."""


class BadRequest(ApiError):
    """The server refused the content of the request, or the registry refused the credentials in it (400)."""


class Forbidden(ApiError):
    """The account or its API key lacks a permission (403)."""


class ObjectNotFound(ApiError):
    """There is no such object, or the account cannot see it (404)."""


class Conflict(ApiError):
    """The object exists already, or somebody else changed it at the same time (409)."""


class Unavailable(ApiError):
    """The server cannot serve the request now (429, 502, 503, 504).

    retry_after -- the seconds after which the server wants the next request, or None
    """

    retry_after: Optional[float] = None


class NonUniqueIdentifier(ApiError):
    """More than one object has this identifier."""


class ConfigurationError(ApiError):
    """A setting is missing or wrong. Nothing was sent."""


class InvalidName(ApiError, ValueError):
    """The text cannot be part of a path of the API. Nothing was sent."""


class InvalidResponse(ApiError, ValueError):
    """The response is not what this API responds."""


class Redirected(ApiError):
    """The server responded with a redirect. It was not followed, as the API key would go along."""


class NotReachable(ApiError, requests.ConnectionError):
    """There is no connection to the server, or it broke."""


class TimedOut(ApiError, requests.Timeout):
    """The server did not respond in time."""
