"""Docker Cloud's Python SDK against a server: the documentation's samples, pages, filters, namespaces, and refusals."""
import base64
import datetime
import json
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import dockercloud
import requests
from dockercloud.api.http import get_session

from given import (ABSENT, ACCOUNT, APIKEY, PASSWORD, REGISTRY, REPOSITORY, UNREGISTERED, USERNAME, WRONG_PASSWORD,
                   OldClientTest, register, registered)

REPOSITORIES = "/api/repo/v1/repository/"
RESOURCE_URI = f"/api/repo/v1/{ACCOUNT}/repository/{REPOSITORY}/"
REGISTRY_URI = f"/api/repo/v1/{ACCOUNT}/registry/{REGISTRY}/"


class SDKTest(OldClientTest):
    """Listens to every answer, so that a test can ask what went over the wire; none may carry a registry's password."""

    def setUp(self):
        self.answers = []
        listeners = get_session().hooks["response"]
        listeners.append(self.listen)
        self.addCleanup(listeners.remove, self.listen)
        super().setUp()

    def tearDown(self):
        super().tearDown()
        for answer in self.answers:
            said = f"{answer.headers} {answer.text}"
            self.assertNotIn(PASSWORD, said)
            self.assertNotIn(WRONG_PASSWORD, said)

    def listen(self, answer, **_):
        self.answers.append(answer)

    def assertAnswered(self, status, method, path):
        """Checks the last call, and returns the JSON that the client sent."""
        answer = self.answers[-1]
        self.assertEqual((answer.status_code, answer.request.method, answer.request.path_url), (status, method, path))
        if method != "GET":
            self.assertRegex(answer.headers["X-DockerCloud-Action-URI"],
                             rf"^/api/audit/v1/{ACCOUNT}/action/[0-9a-f-]{{36}}/$")
        return json.loads(answer.request.body) if answer.request.body else None

    def assertRefused(self, status, call):
        """Checks that the SDK raises an error with this status, and that the server gave a reason."""
        with self.assertRaisesRegex(dockercloud.ApiError, rf"^Status {status} \("):
            call()
        refusal = self.answers[-1]
        self.assertEqual(list(refusal.json()), ["error"])
        self.assertTrue(refusal.json()["error"])
        # On Python 2 the clients print the body as it came, and die of anything that is not ASCII.
        self.assertTrue(refusal.text.isascii(), refusal.text)


class TheDocumentedSamples(SDKTest):
    def test_list_all_external_repositories(self):
        register(REPOSITORY)
        register(ABSENT)

        repositories = dockercloud.Repository.list()

        self.assertAnswered(200, "GET", REPOSITORIES)
        self.assertCountEqual([repository.name for repository in repositories], [REPOSITORY, ABSENT])

    def test_add_a_new_external_repository(self):
        username, password = USERNAME, PASSWORD

        repository = dockercloud.Repository.create(name=REPOSITORY, username=username, password=password)
        self.assertTrue(repository.save())

        sent = self.assertAnswered(201, "POST", REPOSITORIES)
        self.assertEqual(sent, {"name": REPOSITORY, "username": USERNAME, "password": PASSWORD})
        self.assertEqual(repository.resource_uri, RESOURCE_URI)
        self.assertEqual(repository.dockercloud_action_uri, self.answers[-1].headers["X-DockerCloud-Action-URI"])
        self.assertFalse(repository.is_dirty)
        self.assertEqual(registered(), [REPOSITORY])

    def test_get_an_external_repository_details(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)

        self.assertAnswered(200, "GET", f"{REPOSITORIES}{REPOSITORY}/")
        self.assertEqual(repository.name, REPOSITORY)
        self.assertIs(repository.in_use, False)
        self.assertEqual(repository.registry, REGISTRY_URI)
        self.assertEqual(repository.resource_uri, RESOURCE_URI)
        self.assertEqual(repository.pk, REPOSITORY)

    def test_update_credentials_of_an_external_repository(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)
        repository.username = USERNAME
        repository.password = PASSWORD
        self.assertTrue(repository.save())

        sent = self.assertAnswered(202, "PATCH", RESOURCE_URI)
        self.assertEqual(sent, {"username": USERNAME, "password": PASSWORD})
        self.assertEqual(repository.state, "Verified")

    def test_remove_an_external_repository(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)
        self.assertTrue(repository.delete())

        self.assertAnswered(204, "DELETE", RESOURCE_URI)
        self.assertEqual(self.answers[-1].content, b"")
        self.assertEqual(registered(), [])
        self.assertRefused(404, lambda: dockercloud.Repository.fetch(REPOSITORY))


class Registering(SDKTest):
    def test_says_what_the_registry_said(self):
        self.assertEqual(register(REPOSITORY).state, "Verified")
        self.assertEqual(register(ABSENT).state, "Absent")

        repository = dockercloud.Repository.fetch(REPOSITORY)
        self.assertEqual(repository.granted["pull"], "yes")
        for date in (repository.checked_datetime, repository.created_datetime, repository.modified_datetime):
            datetime.datetime.strptime(date, "%a, %d %b %Y %H:%M:%S +0000")

    def test_keeps_the_credentials_to_itself(self):
        register(REPOSITORY)

        for repository in [dockercloud.Repository.fetch(REPOSITORY), *dockercloud.Repository.list()]:
            attributes = repository.get_all_attributes()
            self.assertNotIn("username", attributes)
            self.assertNotIn("password", attributes)
            self.assertNotIn(PASSWORD, json.dumps(attributes))

    def test_refuses_a_password_that_the_registry_refuses(self):
        self.assertRefused(400, lambda: register(REPOSITORY, password=WRONG_PASSWORD))
        self.assertEqual(registered(), [])

    def test_refuses_a_repository_that_is_registered_already(self):
        register(REPOSITORY)
        self.assertRefused(409, lambda: register(REPOSITORY))
        self.assertEqual(registered(), [REPOSITORY])

    def test_refuses_what_is_no_name_of_a_repository(self):
        for name in (f"{REGISTRY}/User1/Image1", f"{REPOSITORY}:v1", f"https://{REPOSITORY}"):
            with self.subTest(name=name):
                self.assertRefused(400, lambda: register(name))
        self.assertEqual(registered(), [])


class Updating(SDKTest):
    def test_with_a_wrong_password_keeps_the_old_credentials(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)
        repository.username = USERNAME
        repository.password = WRONG_PASSWORD
        self.assertRefused(400, repository.save)

        self.assertEqual(dockercloud.Repository.fetch(REPOSITORY).state, "Verified")

        # The user name alone is tried together with the password that the server holds: it must be the old one.
        repository = dockercloud.Repository.fetch(REPOSITORY)
        repository.username = USERNAME
        self.assertTrue(repository.save())
        self.assertEqual(self.assertAnswered(202, "PATCH", RESOURCE_URI), {"username": USERNAME})
        self.assertEqual(repository.state, "Verified")


class Removing(SDKTest):
    def test_leaves_the_image_on_its_registry(self):
        register(REPOSITORY).delete()

        tags = f"http://{REGISTRY}/v2/{REPOSITORY.split('/', 1)[1]}/tags/list"
        answer = requests.get(tags, auth=(USERNAME, PASSWORD), timeout=10)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.json()["tags"])

    def test_twice_finds_nothing_the_second_time(self):
        register(REPOSITORY)
        first, second = (dockercloud.Repository.fetch(REPOSITORY) for _ in range(2))
        first.delete()
        self.assertRefused(404, second.delete)


class Finding(SDKTest):
    def test_follows_the_pages(self):
        names = [f"{REGISTRY}/many/image{number:02}" for number in range(60)]
        for name in names:
            register(name)

        for filters in ({}, {"registry": REGISTRY_URI}):
            with self.subTest(filters=filters):
                self.answers.clear()
                found = dockercloud.Repository.list(**filters)

                self.assertCountEqual([repository.name for repository in found], names)
                queries = [parse_qs(urlsplit(answer.request.url).query) for answer in self.answers]
                self.assertEqual([query.get("offset") for query in queries], [None, ["25"], ["50"]])
                self.assertEqual([answer.json()["meta"]["total_count"] for answer in self.answers], [60, 60, 60])

        self.assertEqual(len(dockercloud.Repository.list(limit=30)), 30)

    def test_filters_by_name(self):
        register(REPOSITORY)
        register(ABSENT)

        def find(name):
            return [repository.name for repository in dockercloud.Repository.list(name=name)]

        self.assertEqual(find(REPOSITORY), [REPOSITORY])
        self.assertEqual(find(UNREGISTERED), [])

    def test_filters_by_the_resource_uri_of_a_registry(self):
        elsewhere = f"localhost:{REGISTRY.split(':')[1]}/nobody/nothing"  # another registry, as far as names go
        here, there = register(REPOSITORY), register(elsewhere)

        def find(registry):
            return [repository.name for repository in dockercloud.Repository.list(registry=registry)]

        self.assertEqual(find(here.registry), [REPOSITORY])
        self.assertEqual(find(there.registry), [elsewhere])
        self.assertEqual(find(f"/api/repo/v1/{ACCOUNT}/registry/registry.invalid/"), [])

    def test_what_is_not_registered_is_not_found(self):
        self.assertRefused(404, lambda: dockercloud.Repository.fetch(UNREGISTERED))


class Namespaces(SDKTest):
    def test_the_own_one_may_be_named(self):
        with mock.patch.object(dockercloud, "namespace", ACCOUNT):
            register(REPOSITORY)
            self.assertAnswered(201, "POST", f"/api/repo/v1/{ACCOUNT}/repository/")
            self.assertEqual(registered(), [REPOSITORY])
            dockercloud.Repository.fetch(REPOSITORY).delete()
            self.assertAnswered(204, "DELETE", RESOURCE_URI)

    def test_somebody_elses_does_not_seem_to_exist(self):
        register(REPOSITORY)
        with mock.patch.object(dockercloud, "namespace", "somebody-else"):
            self.assertRefused(404, dockercloud.Repository.list)
            self.assertRefused(404, lambda: dockercloud.Repository.fetch(REPOSITORY))
            self.assertRefused(404, lambda: register(ABSENT))
        self.assertEqual(registered(), [REPOSITORY])


class Authenticating(SDKTest):
    """Presents few wrong keys: a server may stop listening to an address that presents many."""

    def identity(self, **variables):
        unset = {"basic_auth": None, "dockercloud_auth": None}
        return mock.patch.multiple(dockercloud, create=True, **{**unset, **variables})

    def test_by_user_and_key_set_in_the_program(self):
        with self.identity(user=ACCOUNT, apikey=APIKEY):
            self.assertEqual(registered(), [])

    def test_by_a_header_of_ones_own(self):
        header = base64.b64encode(f"{ACCOUNT}:{APIKEY}".encode()).decode()
        with self.identity(dockercloud_auth=f"Basic {header}"):
            self.assertEqual(registered(), [])

    def test_is_needed(self):
        with self.identity(), self.assertRaises(dockercloud.AuthError):
            dockercloud.Repository.list()

    def test_fails_with_a_wrong_key(self):
        with self.identity(user=ACCOUNT, apikey="not-the-key"):
            for call in (dockercloud.Repository.list, register):
                with self.subTest(call=call.__name__), self.assertRaises(dockercloud.AuthError):
                    call()
                self.assertEqual(self.answers[-1].status_code, 401)
                self.assertEqual(list(self.answers[-1].json()), ["error"])
        self.assertEqual(registered(), [])
