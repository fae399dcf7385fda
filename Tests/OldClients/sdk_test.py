"""Tests of Docker Cloud's Python SDK with a server: the documentation's samples, pages, filters, namespaces and errors."""
import base64
import datetime
import json
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import dockercloud
import requests
from dockercloud.api.http import get_session

from fixtures import (ABSENT, ACCOUNT, APIKEY, PASSWORD, REGISTRY, REPOSITORY, UNREGISTERED, USERNAME, WRONG_PASSWORD,
                      OldClientTest, register, registered)

REPOSITORIES = "/api/repo/v1/repository/"
SERVICES = "/api/app/v1/service/"
RESOURCE_URI = f"/api/repo/v1/{ACCOUNT}/repository/{REPOSITORY}/"
REGISTRY_URI = f"/api/repo/v1/{ACCOUNT}/registry/{REGISTRY}/"


class SDKTest(OldClientTest):
    """Records all responses of the server for assertions. No response may contain a registry's password."""

    def setUp(self):
        self.responses = []
        listeners = get_session().hooks["response"]
        listeners.append(self.listen)
        self.addCleanup(listeners.remove, self.listen)
        super().setUp()

    def tearDown(self):
        super().tearDown()
        for response in self.responses:
            text = f"{response.headers} {response.text}"
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn(WRONG_PASSWORD, text)

    def listen(self, response, **_):
        self.responses.append(response)

    def assertResponse(self, status, method, path):
        """Checks the last response and its request, and returns the JSON that the client sent."""
        response = self.responses[-1]
        self.assertEqual((response.status_code, response.request.method, response.request.path_url), (status, method, path))
        if method != "GET":
            self.assertRegex(response.headers["X-DockerCloud-Action-URI"],
                             rf"^/api/audit/v1/{ACCOUNT}/action/[0-9a-f-]{{36}}/$")
        return json.loads(response.request.body) if response.request.body else None

    def assertRefused(self, status, call):
        """Checks that the SDK raises an error with this status, and that the server returned a message."""
        with self.assertRaisesRegex(dockercloud.ApiError, rf"^Status {status} \("):
            call()
        refusal = self.responses[-1]
        self.assertLessEqual(set(refusal.json()), {"error", "code"})
        self.assertTrue(refusal.json()["error"])
        # On Python 2 the clients print the body unchanged, and fail at any character that is not ASCII.
        self.assertTrue(refusal.text.isascii(), refusal.text)


class TheDocumentedSamples(SDKTest):
    def test_list_all_external_repositories(self):
        register(REPOSITORY)
        register(ABSENT)

        repositories = dockercloud.Repository.list()

        self.assertResponse(200, "GET", REPOSITORIES)
        self.assertCountEqual([repository.name for repository in repositories], [REPOSITORY, ABSENT])

    def test_add_a_new_external_repository(self):
        username, password = USERNAME, PASSWORD

        repository = dockercloud.Repository.create(name=REPOSITORY, username=username, password=password)
        self.assertTrue(repository.save())

        sent = self.assertResponse(201, "POST", REPOSITORIES)
        self.assertEqual(sent, {"name": REPOSITORY, "username": USERNAME, "password": PASSWORD})
        self.assertEqual(repository.resource_uri, RESOURCE_URI)
        self.assertEqual(repository.dockercloud_action_uri, self.responses[-1].headers["X-DockerCloud-Action-URI"])
        self.assertFalse(repository.is_dirty)
        self.assertEqual(registered(), [REPOSITORY])

    def test_get_an_external_repository_details(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)

        self.assertResponse(200, "GET", f"{REPOSITORIES}{REPOSITORY}/")
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

        sent = self.assertResponse(202, "PATCH", RESOURCE_URI)
        self.assertEqual(sent, {"username": USERNAME, "password": PASSWORD})
        self.assertEqual(repository.state, "Verified")

    def test_remove_an_external_repository(self):
        register(REPOSITORY)

        repository = dockercloud.Repository.fetch(REPOSITORY)
        self.assertTrue(repository.delete())

        self.assertResponse(204, "DELETE", RESOURCE_URI)
        self.assertEqual(self.responses[-1].content, b"")
        self.assertEqual(registered(), [])
        self.assertRefused(404, lambda: dockercloud.Repository.fetch(REPOSITORY))


class Services(SDKTest):
    def test_declare_a_service_and_terminate_it(self):
        register(REPOSITORY)

        service = dockercloud.Service.create(image=f"{REPOSITORY}:v1", name="web")
        self.assertTrue(service.save())
        sent = self.assertResponse(201, "POST", SERVICES)
        self.assertEqual(sent, {"image": f"{REPOSITORY}:v1", "name": "web"})
        self.assertEqual((service.state, service.image_name), ("Not running", f"{REPOSITORY}:v1"))
        self.assertIs(dockercloud.Repository.fetch(REPOSITORY).in_use, True)

        self.assertEqual([found.uuid for found in dockercloud.Service.list(name="web")], [service.uuid])
        fetched = dockercloud.Utils.fetch_remote_service("web")
        fetched.name = "shop"
        self.assertTrue(fetched.save())
        self.assertEqual(self.assertResponse(202, "PATCH", service.resource_uri), {"name": "shop"})

        self.assertTrue(fetched.delete())
        self.assertResponse(204, "DELETE", service.resource_uri)
        self.assertEqual(dockercloud.Service.list(), [])
        self.assertIs(dockercloud.Repository.fetch(REPOSITORY).in_use, False)
        self.assertRefused(404, lambda: dockercloud.Service.fetch(service.uuid))


class Registering(SDKTest):
    def test_reports_the_message_of_the_registry(self):
        self.assertEqual(register(REPOSITORY).state, "Verified")
        self.assertEqual(register(ABSENT).state, "Absent")

        repository = dockercloud.Repository.fetch(REPOSITORY)
        self.assertEqual(repository.granted["pull"], "yes")
        for date in (repository.checked_datetime, repository.created_datetime, repository.modified_datetime):
            datetime.datetime.strptime(date, "%a, %d %b %Y %H:%M:%S +0000")

    def test_does_not_reveal_the_credentials(self):
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

    def test_refuses_an_invalid_repository_name(self):
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

        # An update of only the user name is verified with the stored password, which must be the old one.
        repository = dockercloud.Repository.fetch(REPOSITORY)
        repository.username = USERNAME
        self.assertTrue(repository.save())
        self.assertEqual(self.assertResponse(202, "PATCH", RESOURCE_URI), {"username": USERNAME})
        self.assertEqual(repository.state, "Verified")


class Removing(SDKTest):
    def test_leaves_the_image_on_its_registry(self):
        register(REPOSITORY).delete()

        tags = f"http://{REGISTRY}/v2/{REPOSITORY.split('/', 1)[1]}/tags/list"
        response = requests.get(tags, auth=(USERNAME, PASSWORD), timeout=10)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.json()["tags"])

    def test_a_second_time_is_not_found(self):
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
                self.responses.clear()
                found = dockercloud.Repository.list(**filters)

                self.assertCountEqual([repository.name for repository in found], names)
                queries = [parse_qs(urlsplit(response.request.url).query) for response in self.responses]
                self.assertEqual([query.get("offset") for query in queries], [None, ["25"], ["50"]])
                self.assertEqual([response.json()["meta"]["total_count"] for response in self.responses], [60, 60, 60])

        self.assertEqual(len(dockercloud.Repository.list(limit=30)), 30)

    def test_filters_by_name(self):
        register(REPOSITORY)
        register(ABSENT)

        def find(name):
            return [repository.name for repository in dockercloud.Repository.list(name=name)]

        self.assertEqual(find(REPOSITORY), [REPOSITORY])
        self.assertEqual(find(UNREGISTERED), [])

    def test_filters_by_the_resource_uri_of_a_registry(self):
        elsewhere = f"localhost:{REGISTRY.split(':')[1]}/nobody/nothing"  # another registry by name
        here, there = register(REPOSITORY), register(elsewhere)

        def find(registry):
            return [repository.name for repository in dockercloud.Repository.list(registry=registry)]

        self.assertEqual(find(here.registry), [REPOSITORY])
        self.assertEqual(find(there.registry), [elsewhere])
        self.assertEqual(find(f"/api/repo/v1/{ACCOUNT}/registry/registry.invalid/"), [])

    def test_an_unregistered_repository_is_not_found(self):
        self.assertRefused(404, lambda: dockercloud.Repository.fetch(UNREGISTERED))


class Namespaces(SDKTest):
    def test_the_accounts_own_namespace_may_be_set(self):
        with mock.patch.object(dockercloud, "namespace", ACCOUNT):
            register(REPOSITORY)
            self.assertResponse(201, "POST", f"/api/repo/v1/{ACCOUNT}/repository/")
            self.assertEqual(registered(), [REPOSITORY])
            dockercloud.Repository.fetch(REPOSITORY).delete()
            self.assertResponse(204, "DELETE", RESOURCE_URI)

    def test_another_users_namespace_is_not_found(self):
        register(REPOSITORY)
        with mock.patch.object(dockercloud, "namespace", "somebody-else"):
            self.assertRefused(404, dockercloud.Repository.list)
            self.assertRefused(404, lambda: dockercloud.Repository.fetch(REPOSITORY))
            self.assertRefused(404, lambda: register(ABSENT))
        self.assertEqual(registered(), [REPOSITORY])


class Authenticating(SDKTest):
    """Sends only few wrong keys, because a server rejects an address after many."""

    def identity(self, **variables):
        unset = {"basic_auth": None, "dockercloud_auth": None}
        return mock.patch.multiple(dockercloud, create=True, **{**unset, **variables})

    def test_by_user_and_key_set_in_the_program(self):
        with self.identity(user=ACCOUNT, apikey=APIKEY):
            self.assertEqual(registered(), [])

    def test_by_a_header_set_in_the_program(self):
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
                self.assertEqual(self.responses[-1].status_code, 401)
                self.assertEqual(list(self.responses[-1].json()), ["error"])
        self.assertEqual(registered(), [])
