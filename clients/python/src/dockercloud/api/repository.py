"""Repositories on third-party registries."""

from typing import Dict, Optional

from .base import Mutable


class Repository(Mutable):
    """A repository on a third-party registry. `username` and `password` are sent, but never returned."""

    subsystem = "repo"
    endpoint = "/repository"

    name: str
    username: str
    password: str
    in_use: bool
    registry: str
    state: str
    state_reason: Optional[str]
    granted: Dict[str, str]
    checked_datetime: Optional[str]
    created_datetime: str
    modified_datetime: str
    last_pulled_by: Optional[str]
    last_pulled_datetime: Optional[str]
    last_pushed_by: Optional[str]
    last_pushed_datetime: Optional[str]

    @classmethod
    def _pk_key(cls) -> str:
        return "name"
