"""Tests of Docker Cloud's clients with an organization, which they call a namespace, and with the audit trail."""
import json
import subprocess
from unittest import mock

import dockercloud

from cli_test import FAILURE, CLITest, documents, repository
from fixtures import (ABSENT, ACCOUNT, CLI, ORGANIZATION, PASSWORD, REPOSITORY, UNREGISTERED, USERNAME, OldClientTest,
                      register, registered)
from sdk_test import SDKTest

RESOURCE_URI = f"/api/repo/v1/{ORGANIZATION}/repository/{REPOSITORY}/"


def action(*arguments):
    """Runs `docker-cloud action …`."""
    return subprocess.run([CLI, "action", *arguments], timeout=60, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)


class InTheOrganization(OldClientTest):
    """Requires that the organization and the account's own namespace have no repositories, before and after each test."""

    def setUp(self):
        self.assertEqual(registered(), [])
        patch = mock.patch.object(dockercloud, "namespace", ORGANIZATION)
        patch.start()
        self.addCleanup(self.assertOwnIsEmpty)
        self.addCleanup(patch.stop)
        super().setUp()

    def assertOwnIsEmpty(self):
        self.assertEqual(registered(), [])


class TheSDK(InTheOrganization, SDKTest):
    def assertRecorded(self, status, method, path):
        response = self.responses[-1]
        self.assertEqual((response.status_code, response.request.method, response.request.path_url), (status, method, path))
        self.assertRegex(response.headers["X-DockerCloud-Action-URI"], rf"^/api/audit/v1/{ORGANIZATION}/action/")

    def test_does_all_that_was_documented(self):
        repository = dockercloud.Repository.create(name=REPOSITORY, username=USERNAME, password=PASSWORD)
        self.assertTrue(repository.save())
        self.assertRecorded(201, "POST", f"/api/repo/v1/{ORGANIZATION}/repository/")
        self.assertEqual(repository.resource_uri, RESOURCE_URI)

        self.assertEqual(registered(), [REPOSITORY])

        repository = dockercloud.Repository.fetch(REPOSITORY)
        self.assertEqual(repository.resource_uri, RESOURCE_URI)

        repository.username = USERNAME
        repository.password = PASSWORD
        self.assertTrue(repository.save())
        self.assertRecorded(202, "PATCH", RESOURCE_URI)

        self.assertTrue(dockercloud.Repository.fetch(REPOSITORY).delete())
        self.assertRecorded(204, "DELETE", RESOURCE_URI)
        self.assertRefused(404, lambda: dockercloud.Repository.fetch(REPOSITORY))

    def test_takes_a_namespace_for_a_single_call(self):
        register(REPOSITORY)
        with mock.patch.object(dockercloud, "namespace", ""):
            found = dockercloud.Repository.list(namespace=ORGANIZATION)
            self.assertEqual([repository.name for repository in found], [REPOSITORY])
            self.assertEqual(dockercloud.Repository.fetch(REPOSITORY, namespace=ORGANIZATION).resource_uri, RESOURCE_URI)


class TheCLI(InTheOrganization, CLITest):
    def repository(self, *arguments):
        return repository(*arguments, DOCKERCLOUD_NAMESPACE=ORGANIZATION)

    def test_does_all_that_was_documented(self):
        credential = ["-u", USERNAME, "-p", PASSWORD]
        self.assertSucceeded(self.repository("register", *credential, REPOSITORY), REPOSITORY)
        self.assertEqual(registered(), [REPOSITORY])
        self.assertSucceeded(self.repository("ls", "-q"), REPOSITORY)
        self.assertFailed(self.repository("register", *credential, REPOSITORY), "Status 409")
        inspected = self.repository("inspect", REPOSITORY)
        self.assertEqual([document["resource_uri"] for document in documents(inspected.stdout)], [RESOURCE_URI])
        self.assertSucceeded(self.repository("update", *credential, REPOSITORY), REPOSITORY)
        self.assertFailed(self.repository("rm", REPOSITORY, UNREGISTERED), "Status 404", REPOSITORY)
        self.assertEqual(registered(), [])


class Actions(CLITest):
    """Tests of the command line's actions. The SDK supports actions only in the account's own namespace."""

    def setUp(self):
        super().setUp()
        register(REPOSITORY)
        self.names = [f"{ABSENT}{number}" for number in range(27)]
        for name in self.names:
            register(name)

    def rows(self, *arguments):
        result = action("ls", *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        heading, *rows = result.stdout.splitlines()
        self.assertEqual(heading.split(), ["UUID", "ACTION", "START", "END", "TARGET", "IP", "LOCATION"])
        return rows

    def test_lists_the_latest_25(self):
        rows = self.rows()
        self.assertEqual(len(rows), 25)
        for row, name in zip(rows, reversed(self.names)):
            self.assertRegex(row, r"^[0-9a-f]{8}  Repository Create  ")
            # The CLI prints only this part of the object's path.
            self.assertIn(f" {ACCOUNT}/repository/{name}", row)

    def test_lists_the_requested_number_regardless_of_the_page_size(self):
        self.assertEqual(len(self.rows("-l", "5")), 5)
        self.assertEqual(len(self.rows("-l", "27")), 27)

    def test_inspects_an_action_by_a_prefix_of_its_identifier(self):
        newest = action("ls", "-q", "-l", "1").stdout.strip()
        for identifier in (newest, newest[:8], newest[:13]):
            with self.subTest(identifier=identifier):
                result = action("inspect", identifier)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                inspected = json.loads(result.stdout)
                self.assertEqual((inspected["uuid"], inspected["state"]), (newest, "Success"))
                self.assertEqual(inspected["object"], f"/api/repo/v1/{ACCOUNT}/repository/{self.names[-1]}/")

    def test_shows_a_failed_attempt(self):
        with self.assertRaises(dockercloud.ApiError):
            register(REPOSITORY)
        self.assertIn("Repository Create", self.rows("-l", "1")[0])
        newest = action("ls", "-q", "-l", "1").stdout.strip()
        inspected = json.loads(action("inspect", newest).stdout)
        self.assertEqual((inspected["state"], inspected["status"]), ("Failed", 409))

    def test_reports_an_action_that_does_not_exist(self):
        for identifier in ("zzzz", "00000000-0000-4000-8000-000000000000"):
            with self.subTest(identifier=identifier):
                result = action("inspect", identifier)
                self.assertEqual((result.returncode, result.stdout), (FAILURE, ""))
                self.assertIn("Cannot find an action", result.stderr)
