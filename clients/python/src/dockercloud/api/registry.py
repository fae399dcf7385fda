"""Registries of repositories."""

from typing import Optional

from .base import Immutable


class Registry(Immutable):
    """A registry of the namespace's repositories."""

    subsystem = "repo"
    endpoint = "/registry"

    host: str
    name: str
    port: Optional[int]
    is_docker_registry: bool
    is_ssl: Optional[bool]
    is_trusted: bool
    plain_http: bool
    ca_certificate: Optional[str]
    realm: Optional[str]

    @classmethod
    def _pk_key(cls) -> str:
        return "host"
