"""Docker Cloud's Python API for external repositories.

The settings are variables of this module, as in Docker Cloud's own SDK. Importing the module initializes them from
environment variables. A program may change them at any time.
"""

import logging
import os
from typing import Any, Optional

__version__ = "0.1.0"

rest_host: str = os.environ.get("DOCKERCLOUD_REST_HOST") or ""
"""The server, such as https://cloud.example or http://127.0.0.1:8080. There is no default."""

namespace: Optional[str] = os.environ.get("DOCKERCLOUD_NAMESPACE") or None
"""The user or organization whose namespace requests use; None for the account's own namespace."""

user: Optional[str] = os.environ.get("DOCKERCLOUD_USER") or None
"""The account's name."""

apikey: Optional[str] = os.environ.get("DOCKERCLOUD_APIKEY") or None
"""The account's API key."""

password: Optional[str] = os.environ.get("DOCKERCLOUD_PASS") or None
"""Used if no API key is set."""

dockercloud_auth: Optional[str] = os.environ.get("DOCKERCLOUD_AUTH") or None
"""A complete value of the Authorization header. It takes precedence over user and API key."""

basic_auth: Optional[str] = None
"""The base64 encoding of "user:key". It is used if neither dockercloud_auth nor user and key are set."""

user_agent: Optional[str] = None
"""A product name that precedes the client's own in the User-Agent header."""

api_timeout: Optional[float] = 90
"""The time limit in seconds for each read from the server; None for no limit. Registering may take 45 seconds."""

retries: int = 3
"""The maximum number of retries after a 429 or 503 response."""

max_retry_wait: float = 30
"""The longest wait in seconds before a retry. If the server requires a longer one, the call fails immediately."""

reconnection_interval: float = float(os.environ.get("DOCKERCLOUD_RECONNECTION_INTERVAL") or -1)
"""The idle time in seconds after which new connections are opened; negative for never."""

logger = logging.getLogger("python-dockercloud")
logger.addHandler(logging.NullHandler())

from dockercloud.api import auth as auth  # noqa: E402
from dockercloud.api.action import Action as Action  # noqa: E402
from dockercloud.api.exceptions import (  # noqa: E402
    ApiError as ApiError,
    AuthError as AuthError,
    BadRequest as BadRequest,
    ConfigurationError as ConfigurationError,
    Conflict as Conflict,
    Forbidden as Forbidden,
    InvalidName as InvalidName,
    InvalidResponse as InvalidResponse,
    NonUniqueIdentifier as NonUniqueIdentifier,
    NotReachable as NotReachable,
    ObjectNotFound as ObjectNotFound,
    Redirected as Redirected,
    TimedOut as TimedOut,
    Unavailable as Unavailable,
)
from dockercloud.api.registry import Registry as Registry  # noqa: E402
from dockercloud.api.repository import Repository as Repository  # noqa: E402
from dockercloud.api.service import Service as Service  # noqa: E402

_ABSENT = frozenset(
    "AZ Container Events Node NodeCluster NodeType Provider Region Stack Tag Trigger Utils stream_host".split()
)


def __getattr__(name: str) -> Any:
    if name in _ABSENT:
        raise AttributeError(
            f"dockercloud.{name} is not part of this client, which has Repository, Registry, Service and Action"
        )
    raise AttributeError(f"module 'dockercloud' has no attribute '{name}'")
