"""What the tests of both clients are given: settings from the environment, a namespace to leave as they found it."""
import os
import tempfile
import unittest

# The clients look into ~/.docker/config.json, and prefer these variables to the ones that a server's env file exports.
home = tempfile.TemporaryDirectory()
os.environ["HOME"] = home.name
for variable in ("DOCKERCLOUD_AUTH", "DOCKERCLOUD_PASS", "DOCKERCLOUD_NAMESPACE"):
    os.environ.pop(variable, None)

import dockercloud  # noqa: E402, it reads the environment while it is imported

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
"""A repository that holds an image, on REGISTRY."""

ABSENT = f"{REGISTRY}/nobody/nothing"
"""A repository that REGISTRY does not have yet; it may be registered all the same."""

UNREGISTERED = f"{REGISTRY}/nobody/registers-this"


def register(name=REPOSITORY, username=USERNAME, password=PASSWORD):
    repository = dockercloud.Repository.create(name=name, username=username, password=password)
    repository.save()
    return repository


def registered():
    return [repository.name for repository in dockercloud.Repository.list()]


class OldClientTest(unittest.TestCase):
    """Starts with no repository in the account's namespace, or not at all, and ends with none."""

    def setUp(self):
        self.assertEqual(registered(), [], "every repository found at the end is removed: the namespace must be empty")

    def tearDown(self):
        for repository in dockercloud.Repository.list():
            repository.delete()
