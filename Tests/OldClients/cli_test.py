"""Tests of Docker Cloud's command line with a server: `docker-cloud repository …`, as used by scripts and at a terminal."""
import json
import os
import pty
import subprocess

from fixtures import (ABSENT, ACCOUNT, CLI, PASSWORD, REPOSITORY, UNREGISTERED, USERNAME, WRONG_PASSWORD,
                      OldClientTest, dockercloud, register, registered)

FAILURE = 3


def repository(*arguments, **environment):
    """Runs `docker-cloud repository …` without a terminal."""
    return subprocess.run([CLI, "repository", *arguments], env={**os.environ, **environment}, timeout=60,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def typed(answers, *arguments):
    """Runs `docker-cloud repository …` at a terminal and answers its prompts. Returns the exit code and the terminal's output."""
    keyboard, terminal = pty.openpty()
    with subprocess.Popen([CLI, "repository", *arguments], start_new_session=True,
                          stdin=terminal, stdout=terminal, stderr=terminal) as cli:
        os.close(terminal)
        screen, answers = "", list(answers.items())
        while seen := read(keyboard):
            screen += seen
            if answers and screen.endswith(answers[0][0]):
                os.write(keyboard, f"{answers.pop(0)[1]}\n".encode())
    os.close(keyboard)
    return cli.returncode, screen


def read(keyboard):
    try:
        return os.read(keyboard, 1024).decode()
    except OSError:  # on Linux, the other side of the terminal was closed
        return ""


def documents(text):
    """The concatenated JSON documents in a text."""
    decoder, end = json.JSONDecoder(), 0
    while text[end:].strip():
        document, end = decoder.raw_decode(text, end + len(text[end:]) - len(text[end:].lstrip()))
        yield document


class CLITest(OldClientTest):
    def assertSucceeded(self, result, *lines):
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(result.stdout.splitlines(), list(lines))

    def assertFailed(self, result, message, *lines):
        """Checks the exit code, the message on stderr, and the output for the names that did not fail."""
        self.assertEqual(result.returncode, FAILURE)
        self.assertIn(message, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual(result.stdout.splitlines(), list(lines))


class List(CLITest):
    def test_prints_names_and_whether_they_are_in_use(self):
        register(REPOSITORY)
        register(ABSENT)

        result = repository("ls")

        self.assertEqual((result.returncode, result.stderr), (0, ""))
        heading, *rows = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(heading, ["NAME", "IN_USE"])
        self.assertCountEqual(rows, [[REPOSITORY, "no"], [ABSENT, "no"]])

    def test_shows_that_a_service_uses_an_image(self):
        register(REPOSITORY)

        # `service create` of this command runs on Python 2 only: it calls itervalues().
        service = dockercloud.Service.create(image=f"{REPOSITORY}:v1", name="web")
        service.save()
        self.assertEqual(repository("ls").stdout.split()[-2:], [REPOSITORY, "yes"])

        service.delete()
        self.assertEqual(repository("ls").stdout.split()[-2:], [REPOSITORY, "no"])

    def test_prints_names_only(self):
        self.assertSucceeded(repository("ls", "-q"))
        register(REPOSITORY)
        self.assertSucceeded(repository("ls", "-q"), REPOSITORY)

    def test_prints_the_heading_when_there_is_nothing(self):
        result = repository("ls")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout.split(), ["NAME", "IN_USE"])

    def test_prints_more_than_one_page(self):
        names = [f"{ABSENT}{number}" for number in range(30)]
        for name in names:
            register(name)
        self.assertCountEqual(repository("ls", "-q").stdout.splitlines(), names)


class Register(CLITest):
    def test_prints_the_name(self):
        self.assertSucceeded(repository("register", "-u", USERNAME, "-p", PASSWORD, REPOSITORY), REPOSITORY)
        self.assertEqual(registered(), [REPOSITORY])

    def test_prompts_for_an_omitted_user_name_or_password(self):
        user, secret = {"Username: ": USERNAME}, {"Password: ": PASSWORD}
        for name, prompts, options in (
            (f"{ABSENT}-1", {**user, **secret}, []),
            (f"{ABSENT}-2", secret, ["-u", USERNAME]),
            (f"{ABSENT}-3", user, ["-p", PASSWORD]),
        ):
            with self.subTest(options=options[::2]):
                code, screen = typed(prompts, "register", *options, name)
                self.assertEqual((code, screen.splitlines()[-1]), (0, name))
                self.assertNotIn(PASSWORD, screen)
                self.assertIn(name, registered())

    def test_fails_with_a_password_that_the_registry_refuses(self):
        result = repository("register", "-u", USERNAME, "-p", WRONG_PASSWORD, REPOSITORY)
        self.assertFailed(result, "Status 400")
        self.assertNotIn(WRONG_PASSWORD, result.stderr)
        self.assertEqual(registered(), [])

    def test_fails_for_a_repository_that_is_registered_already(self):
        register(REPOSITORY)
        self.assertFailed(repository("register", "-u", USERNAME, "-p", PASSWORD, REPOSITORY), "Status 409")


class Inspect(CLITest):
    def test_prints_a_document_for_each_name_and_goes_on_after_a_failure(self):
        register(REPOSITORY)
        register(ABSENT)

        result = repository("inspect", REPOSITORY, UNREGISTERED, ABSENT)

        self.assertEqual(result.returncode, FAILURE)
        self.assertEqual(result.stderr.strip(), f"Cannot find a repository with the identifier '{UNREGISTERED}'")
        first, second = documents(result.stdout)
        self.assertEqual((first["name"], second["name"]), (REPOSITORY, ABSENT))
        self.assertEqual(first["resource_uri"], f"/api/repo/v1/{ACCOUNT}/repository/{REPOSITORY}/")
        self.assertIs(first["in_use"], False)
        self.assertNotIn(PASSWORD, result.stdout)


class Update(CLITest):
    def test_prints_the_names(self):
        register(REPOSITORY)
        register(ABSENT)
        self.assertSucceeded(repository("update", "-u", USERNAME, "-p", PASSWORD, REPOSITORY, ABSENT),
                             REPOSITORY, ABSENT)

    def test_goes_on_after_a_failure(self):
        register(REPOSITORY)
        register(ABSENT)
        self.assertFailed(repository("update", "-p", PASSWORD, REPOSITORY, UNREGISTERED, ABSENT), "Status 404",
                          REPOSITORY, ABSENT)

    def test_keeps_the_old_credentials_when_the_registry_refuses_the_new_ones(self):
        register(REPOSITORY)
        self.assertFailed(repository("update", "-u", USERNAME, "-p", WRONG_PASSWORD, REPOSITORY), "Status 400")
        # An update of only the user name is verified with the stored password.
        self.assertSucceeded(repository("update", "-u", USERNAME, REPOSITORY), REPOSITORY)


class Remove(CLITest):
    def test_prints_the_names_and_goes_on_after_a_failure(self):
        register(REPOSITORY)
        register(ABSENT)
        self.assertFailed(repository("rm", REPOSITORY, UNREGISTERED, ABSENT), "Status 404", REPOSITORY, ABSENT)
        self.assertEqual(registered(), [])


class Environment(CLITest):
    def test_may_set_the_accounts_own_namespace(self):
        register(REPOSITORY)
        self.assertSucceeded(repository("ls", "-q", DOCKERCLOUD_NAMESPACE=ACCOUNT), REPOSITORY)
        self.assertSucceeded(repository("rm", REPOSITORY, DOCKERCLOUD_NAMESPACE=ACCOUNT), REPOSITORY)

    def test_with_another_users_namespace_is_not_found(self):
        register(REPOSITORY)
        self.assertFailed(repository("ls", DOCKERCLOUD_NAMESPACE="somebody-else"), "Status 404")
        self.assertFailed(repository("rm", REPOSITORY, DOCKERCLOUD_NAMESPACE="somebody-else"), "Status 404")
        self.assertEqual(registered(), [REPOSITORY])

    def test_with_a_wrong_key_is_not_authorized(self):
        for arguments in (["ls"], ["register", "-u", USERNAME, "-p", PASSWORD, REPOSITORY]):
            with self.subTest(command=arguments[0]):
                self.assertFailed(repository(*arguments, DOCKERCLOUD_APIKEY="not-the-key"), "Not authorized")
        self.assertEqual(registered(), [])
