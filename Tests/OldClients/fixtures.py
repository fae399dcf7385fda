"""Fixtures of the tests of both clients: settings from the environment, and a namespace that is empty before and after each test."""
import os
import tempfile
import unittest

# The clients read ~/.docker/config.json, and these variables have precedence over those in a server's env file.
home = tempfile.TemporaryDirectory()
os.environ["HOME"] = home.name
for variable in ("DOCKERCLOUD_AUTH", "DOCKERCLOUD_PASS", "DOCKERCLOUD_NAMESPACE"):
    os.environ.pop(variable, None)

import dockercloud  # noqa: E402, importing it reads the environment

ACCOUNT = os.environ["DOCKERCLOUD_USER"]
APIKEY = os.environ["DOCKERCLOUD_APIKEY"]
CLI = os.path.join(os.environ["OLD_CLIENTS"], "bin", "docker-cloud")

REGISTRY = os.environ["TEST_REGISTRY"]
USERNAME = os.environ["TEST_REGISTRY_USER"]
PASSWORD = os.environ["TEST_REGISTRY_PASSWORD"]
WRONG_PASSWORD = "not-the-password"

ORGANIZATION = os.environ["TEST_ORGANIZATION"]
"""An organization that ACCOUNT is an admin of."""

REPOSITORY = os.environ["TEST_REPOSITORY"]
"""A repository on REGISTRY with an image."""

ABSENT = f"{REGISTRY}/nobody/nothing"
"""A repository that does not exist on REGISTRY yet; it can be registered."""

UNREGISTERED = f"{REGISTRY}/nobody/registers-this"


def register(name=REPOSITORY, username=USERNAME, password=PASSWORD):
    repository = dockercloud.Repository.create(name=name, username=username, password=password)
    repository.save()
    return repository


def registered():
    return [repository.name for repository in dockercloud.Repository.list()]


class OldClientTest(unittest.TestCase):
    """Requires that the account's namespace has no repositories, and removes all repositories and services afterwards."""

    def setUp(self):
        self.assertEqual(registered(), [], "every repository found at the end is removed: the namespace must be empty")

    def tearDown(self):
        for item in [*dockercloud.Service.list(), *dockercloud.Repository.list()]:
            item.delete()
