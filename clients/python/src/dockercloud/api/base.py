"""Objects of the API. Their attributes are the JSON members; save() sends the changed ones."""

import json
from typing import Any, ClassVar, Dict, List, Optional, Set, Type, TypeVar
from urllib.parse import parse_qsl, urlsplit

import dockercloud

from . import paths
from .exceptions import ApiError, InvalidResponse
from .http import send_request

Object = TypeVar("Object", bound="Restful")
ImmutableObject = TypeVar("ImmutableObject", bound="Immutable")
MutableObject = TypeVar("MutableObject", bound="Mutable")

_UNSAVED = "You must save the object before performing this operation"


class Restful:
    """An object of the API. Attributes with a leading underscore are not JSON members."""

    subsystem: ClassVar[str]
    endpoint: ClassVar[str]
    is_namespaced: ClassVar[bool] = True
    _api_version: ClassVar[str] = "v1"
    _changes: List[str]
    _resource_uri: Optional[str]

    resource_uri: str
    dockercloud_action_uri: str

    def __init__(self, namespace: Optional[str] = "", **kwargs: Any) -> None:
        self._changes = []
        self._resource_uri = None
        self._namespace = namespace or dockercloud.namespace
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and value != getattr(self, name, None) and name not in self._changes:
            self._changes.append(name)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.pk!r}>"

    def _loaddict(self, members: Dict[str, Any]) -> None:
        for name, value in members.items():
            setattr(self, name, value)
        uri = getattr(self, "resource_uri", None)
        self._resource_uri = uri if isinstance(uri, str) else None
        self._changes = []

    @classmethod
    def _pk_key(cls) -> str:
        return "uuid"

    @classmethod
    def _path(cls, namespace: Optional[str]) -> str:
        return paths.collection(
            cls.subsystem, cls._api_version, cls.endpoint, namespace if cls.is_namespaced else None
        )

    @classmethod
    def _loaded(cls: Type[Object], members: Any) -> Object:
        if not isinstance(members, dict):
            raise InvalidResponse(f"The response is not that of a {cls.__name__}: {str(members)[:80]!r}.")
        instance = cls()
        instance._loaddict(members)
        return instance

    @property
    def pk(self) -> Any:
        """The value that identifies the object among objects of its class, or None."""
        return getattr(self, self._pk_key(), None)

    @property
    def is_dirty(self) -> bool:
        """Whether the object has unsaved changes."""
        return bool(self._changes)

    def get_all_attributes(self) -> Dict[str, Any]:
        """Returns all members, including unsaved ones."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def _uri(self) -> str:
        if not self._resource_uri:
            raise ApiError(_UNSAVED)
        return paths.from_server(self._resource_uri)

    def _perform_action(self, action: str, params: Optional[Dict[str, Any]] = None) -> bool:
        members = send_request("POST", self._uri() + action + "/", params=params)
        if members:
            self._loaddict(members)
        return bool(members)


class Immutable(Restful):
    """A read-only object."""

    @classmethod
    def fetch(cls: Type[ImmutableObject], pk: str, namespace: Optional[str] = "") -> ImmutableObject:
        """Returns one object. Raises ObjectNotFound if it does not exist."""
        collection = cls._path(namespace or dockercloud.namespace)
        return cls._loaded(send_request("GET", paths.member(collection, pk)))

    @classmethod
    def list(
        cls: Type[ImmutableObject], limit: Optional[int] = None, namespace: Optional[str] = "", **kwargs: Any
    ) -> List[ImmutableObject]:
        """Returns the objects that match all filters, at most `limit` of them if it is given."""
        path = cls._path(namespace or dockercloud.namespace)
        found: List[ImmutableObject] = []
        read: Set[str] = set()
        while not limit or len(found) < limit:
            page = send_request("GET", path, inject_header=False, params=kwargs) or {}
            try:
                meta, objects = page["meta"], page["objects"]
                found += [cls._loaded(members) for members in objects]
                following = meta["next"] or ""
                query = dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                if isinstance(error, ApiError):
                    raise
                raise InvalidResponse(f"The response to GET {path} is not a list of this API.") from error
            if not following:
                break
            if following in read:
                raise InvalidResponse(f"The pages of GET {path} do not end: {following} follows itself.")
            read.add(following)
            # The query contains a cursor, so that no object is missed or repeated when the list changes.
            kwargs = query
        return found[:limit] if limit else found

    def refresh(self, force: bool = False) -> bool:
        """Fetches the object again. If it has unsaved changes, returns False without a request, unless `force` is set."""
        if self.is_dirty and not force:
            return False
        members = send_request("GET", self._uri())
        if members:
            self._loaddict(members)
        return bool(members)


class Mutable(Immutable):
    """An object that can be created, changed and deleted."""

    @classmethod
    def create(cls: Type[MutableObject], **kwargs: Any) -> MutableObject:
        """Returns a new object with these members, without a request. save() creates it on the server."""
        return cls(**kwargs)

    def save(self) -> bool:
        """Creates the object on the server, or sends its changed members. Sends no request if nothing changed."""
        if not self.is_dirty:
            return True
        if self._resource_uri:
            method, path = "PATCH", self._uri()
        else:
            method, path = "POST", self._path(self._namespace)
        members = send_request(method, path, data=json.dumps({name: getattr(self, name, None) for name in self._changes}))
        if members:
            self._loaddict(members)
        return bool(members)

    def delete(self) -> bool:
        """Deletes the object."""
        members = send_request("DELETE", self._uri())
        if members:
            self._loaddict(members)
        self._resource_uri = None
        self._changes = []
        return True
