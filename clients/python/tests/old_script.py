"""A program for Docker Cloud's Python SDK. It prints what each call returns or raises."""

import dockercloud
import requests

NAME = "registry.example/user1/image1"
VOLATILE = ("created_datetime", "modified_datetime", "dockercloud_action_uri")


def show(title, call):
    try:
        result = call()
    except requests.ConnectionError:
        print(title, "ConnectionError")
    except dockercloud.AuthError:
        print(title, "AuthError")
    except dockercloud.ApiError as error:
        print(title, "ApiError", error)
    else:
        print(title, describe(result))


def describe(result):
    if isinstance(result, list):
        return [describe(each) for each in result]
    if isinstance(result, dockercloud.Repository):
        attributes = {name: value for name, value in result.get_all_attributes().items() if name not in VOLATILE}
        return sorted(attributes.items()), result.pk, result.is_dirty
    return result


def create(name=NAME, **more):
    return dockercloud.Repository.create(name=name, username="carol", password="secret", **more)


def main():
    new = create()
    show("new", lambda: new)
    show("delete unsaved", new.delete)
    show("save", new.save)
    show("saved", lambda: new)
    show("save again", new.save)
    show("duplicate", create().save)
    show("bad name", create("registry.example/Upper").save)
    show("unknown member", create(nonsense=1).save)
    show("list", dockercloud.Repository.list)
    show("filter", lambda: dockercloud.Repository.list(name=NAME))
    show("nothing", lambda: dockercloud.Repository.list(name="registry.example/nothing"))
    show("unknown filter", lambda: dockercloud.Repository.list(nonsense="1"))
    show("missing", lambda: dockercloud.Repository.fetch("registry.example/nothing"))

    fetched = dockercloud.Repository.fetch(NAME)
    show("fetched", lambda: fetched)
    fetched.username = "dave"
    show("changed", lambda: fetched.is_dirty)
    show("refresh", fetched.refresh)
    fetched.password = "another"
    show("update", fetched.save)
    show("refresh", fetched.refresh)
    fetched.in_use = "echoed"
    show("forced", lambda: fetched.refresh(force=True))
    show("updated", lambda: fetched)

    for number in range(60):
        create(f"registry.example/many/image{number:02}").save()
    show("pages", lambda: [each.name for each in dockercloud.Repository.list()])
    show("limit", lambda: [each.name for each in dockercloud.Repository.list(limit=30)])
    show("action", lambda: [each.action for each in dockercloud.Action.list(limit=3)])
    show("missing action", lambda: dockercloud.Action.fetch("7eaf7fff-882c-4f3d-9a8f-a22317ac00ce"))

    show("other namespace", lambda: dockercloud.Repository.list(namespace="somebody-else"))
    dockercloud.namespace = "somebody-else"
    show("set namespace", create("registry.example/another").save)
    dockercloud.namespace = None

    second = dockercloud.Repository.fetch(NAME)
    show("delete", fetched.delete)
    show("delete twice", fetched.delete)
    show("delete gone", second.delete)
    show("fetch gone", lambda: dockercloud.Repository.fetch(NAME))
    for each in dockercloud.Repository.list():
        each.delete()

    dockercloud.user, dockercloud.apikey = "admin", "not-the-key"
    show("wrong key", dockercloud.Repository.list)
    dockercloud.rest_host = "http://127.0.0.1:1"
    show("server down", dockercloud.Repository.list)


main()
