"""Tests of the client with the server."""

import concurrent.futures

import pytest

import dockercloud
from conftest import Account

NAME = "registry.example/user1/image1"


def register(name: str = NAME) -> dockercloud.Repository:
    repository = dockercloud.Repository.create(name=name, username="carol", password="secret")
    assert repository.save()
    return repository


def test_a_repository_is_created_fetched_updated_and_deleted(server: Account) -> None:
    created = register()
    assert created.resource_uri == f"/api/repo/v1/{server.user}/repository/{NAME}/"
    assert created.dockercloud_action_uri.startswith(f"/api/audit/v1/{server.user}/action/")
    assert not created.is_dirty

    fetched = dockercloud.Repository.fetch(NAME)
    assert (fetched.pk, fetched.in_use, fetched.state) == (NAME, False, "Unverified")
    assert "password" not in fetched.get_all_attributes()

    fetched.username = "dave"
    fetched.password = "another"
    assert fetched.is_dirty
    assert fetched.save()
    assert not fetched.is_dirty

    assert fetched.delete()
    with pytest.raises(dockercloud.ObjectNotFound) as raised:
        dockercloud.Repository.fetch(NAME)
    assert raised.value.status == 404
    assert NAME in raised.value.message


def test_a_repository_is_in_use_while_a_service_uses_its_image(server: Account) -> None:
    register()
    service = dockercloud.Service.create(image=f"{NAME}:v1", name="web")
    assert service.save()
    assert (service.state, service.image_name, service.synchronized) == ("Not running", f"{NAME}:v1", True)
    assert dockercloud.Repository.fetch(NAME).in_use is True
    assert [found.uuid for found in dockercloud.Service.list(image=NAME)] == [service.uuid]

    fetched = dockercloud.Service.fetch(service.uuid)
    fetched.image = "registry.example/user1/other"
    assert fetched.save()
    assert fetched.image_name == "registry.example/user1/other:latest"
    assert dockercloud.Repository.fetch(NAME).in_use is False

    assert fetched.delete()
    assert dockercloud.Service.list() == []
    with pytest.raises(dockercloud.ObjectNotFound):
        dockercloud.Service.fetch(service.uuid)
    assert dockercloud.Repository.fetch(NAME).delete()


def test_lists_follow_pages_and_regard_limit_and_filters(server: Account) -> None:
    names = [f"registry.example/many/image{number:02}" for number in range(60)]
    for name in names:
        register(name)
    register("other.example/one")

    def found(**filters: object) -> "list[str]":
        return [repository.name for repository in dockercloud.Repository.list(**filters)]  # type: ignore[arg-type]

    assert found() == ["other.example/one", *names]
    assert found(registry="/api/repo/v1/registry/registry.example/") == names
    assert found(limit=30) == ["other.example/one", *names[:29]]
    assert found(limit=1) == ["other.example/one"]
    assert found(name=names[3]) == [names[3]]
    assert found(name="registry.example/nobody/nothing") == []
    assert len(dockercloud.Action.list(limit=60)) == 60


def test_registries_and_actions_are_listed_and_fetched(server: Account) -> None:
    repository = register("registry.example:5000/user1/image1")
    registry = dockercloud.Registry.fetch("registry.example:5000")
    assert (registry.host, registry.port, registry.resource_uri) == ("registry.example", 5000, repository.registry)
    assert [each.name for each in dockercloud.Registry.list()] == ["registry.example:5000"]

    newest = dockercloud.Action.list(limit=1)[0]
    assert (newest.action, newest.object) == ("Repository Create", repository.resource_uri)
    assert dockercloud.Action.fetch(newest.uuid).ip == "127.0.0.1"
    assert newest.user_agent.startswith("python-dockercloud/")


def test_refresh_reads_the_object_again_unless_it_has_changes(server: Account) -> None:
    repository = register()
    repository.state = "Changed"
    assert not repository.refresh()
    assert repository.refresh(force=True)
    assert repository.state == "Unverified"


def test_a_namespace_is_that_of_the_module_or_of_the_call(server: Account) -> None:
    register()
    assert [each.name for each in dockercloud.Repository.list(namespace=server.user)] == [NAME]
    dockercloud.namespace = "somebody-else"
    with pytest.raises(dockercloud.ObjectNotFound):
        dockercloud.Repository.list()
    with pytest.raises(dockercloud.ObjectNotFound):
        register("registry.example/another")
    assert dockercloud.Repository.fetch(NAME, namespace=server.user).name == NAME


def test_a_duplicate_a_bad_name_and_an_unknown_filter_are_refused(server: Account) -> None:
    register()
    with pytest.raises(dockercloud.Conflict, match=r"^Status 409 \(POST .*registered already"):
        register()
    with pytest.raises(dockercloud.BadRequest, match="Status 400"):
        register("registry.example/Upper/Case")
    with pytest.raises(dockercloud.BadRequest) as raised:
        dockercloud.Repository.list(nonsense="1")
    assert raised.value.message.startswith("Unknown query parameter 'nonsense'")
    assert raised.value.request_id


@pytest.mark.parametrize("name", ["a?b=c", "a#b", "a b", "a%2fb", "ä"])
def test_characters_that_would_change_the_address_are_refused_by_the_server(server: Account, name: str) -> None:
    with pytest.raises(dockercloud.BadRequest):
        dockercloud.Repository.fetch(f"registry.example/{name}")


def test_a_wrong_key_is_an_authentication_error(server: Account) -> None:
    dockercloud.apikey = "not-the-key"
    with pytest.raises(dockercloud.AuthError, match="^Not authorized.*DOCKERCLOUD_APIKEY") as raised:
        dockercloud.Repository.list()
    assert raised.value.status == 401
    assert "not-the-key" not in str(raised.value)


def test_threads_share_the_connections(server: Account) -> None:
    names = [f"registry.example/many/image{number}" for number in range(20)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(register, names))
        fetched = list(pool.map(dockercloud.Repository.fetch, names))
    assert [repository.name for repository in fetched] == names
