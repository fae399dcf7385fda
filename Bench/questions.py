"""The requests that `growth` measures: all requests of the API and the gateway that read the store, with all filters."""
import contextlib
import dataclasses
import datetime
import random
import sqlite3
import urllib.parse
from collections.abc import Callable

from filling import BASE_IMAGE, ORGANIZATION, RARE_KEY, RARE_KIND, RARE_USER, REGISTRIES, TEAMS, YEAR, hosts

REPOSITORY = f"/api/repo/v1/{ORGANIZATION}/repository/"
SERVICE = f"/api/app/v1/{ORGANIZATION}/service/"
REGISTRY = f"/api/repo/v1/{ORGANIZATION}/registry/"
ACTION = f"/api/audit/v1/{ORGANIZATION}/action/"
TRAIL = "/api/audit/v1/action/"
ACCOUNT = "/api/account/v1/"
MEMBER = f"{ACCOUNT}organization/{ORGANIZATION}/member/"
ROBOT = f"{ACCOUNT}{ORGANIZATION}/robot/"
ORGANIZATION_KEYS = f"{ACCOUNT}apikey/?organization={ORGANIZATION}"

INDEXED, COUNTED, BOUNDED = "indexed", "counted", "bounded"  # as `growth` says


@dataclasses.dataclass
class Question:
    kind: str
    name: str
    path: Callable[["Data"], str]  # another one at each call
    key: str = "admin"
    status: int = 200


class Data:
    """The items in one database that requests refer to."""

    def __init__(self, path, n):
        self.n = n
        self.random = random.Random(n)
        with contextlib.closing(sqlite3.connect(path)) as database:
            rows = sorted(self.random.sample(range(1, n + 1), 200))
            self.names = [database.execute("SELECT name FROM repositories WHERE rowid = ?", [row]).fetchone()[0] for row in rows]
            self.used = [name for name, in database.execute("SELECT repository FROM services LIMIT 200")]
            self.unused = [name for name in self.names if not database.execute(
                "SELECT 1 FROM service_uses WHERE namespace = ? AND repository = ?", [ORGANIZATION, name]).fetchone()]
            (first,) = database.execute("SELECT min(sequence) FROM actions WHERE user_agent LIKE 'docker/%'").fetchone()
            # Every tenth action is in another namespace (`filling`).
            self.actions = [database.execute(
                "SELECT id, started FROM actions WHERE sequence = ?", [first - 1 + row + (row % 10 == 4)]).fetchone() for row in rows]
            # Repositories with exactly one action, a successful one.
            self.objects = [name for name in self.names if database.execute(
                "SELECT namespace, state FROM actions WHERE object = ? AND object_kind = 'repository'",
                [name]).fetchall() == [(ORGANIZATION, "Success")]]
            # The restriction of a key: two repositories of each registry.
            self.restriction = [name for number in range(REGISTRIES) for name, in database.execute(
                "SELECT name FROM repositories WHERE namespace = ? AND authority = ? ORDER BY name LIMIT 2 OFFSET 5",
                [ORGANIZATION, f"registry-{number:02d}.example"])]
        # Each of them is followed by at least a page of 25.
        self.followed = [name for name in self.names if name < f"registry-{REGISTRIES - 3:02d}."]
        self.recorded = [id for id, _ in self.actions[20:]]

    def pick(self, values):
        return self.random.choice(values)

    def name(self):
        return self.pick(self.names)

    def registry(self):
        return f"registry-{self.random.randrange(REGISTRIES):02d}.example"

    def host(self):
        """A small registry."""
        return f"host-{self.random.randrange(hosts(self.n)):05d}.example"

    def beginning(self):
        """The prefix of a single name."""
        return self.name()[:-3]

    def dates(self, kind, count):
        """A time span in which about this many actions started."""
        begin = self.pick(self.actions[20:len(self.actions) * 3 // 4])[1]
        return f"{kind}_date__gte={date(begin)}&{kind}_date__lte={date(begin + count * YEAR // self.n)}"

    def person(self):
        return f"{self.random.randrange(100):05d}"

    def month(self, kind):
        return self.dates(kind, self.n // 12)

    def old(self, kind):
        """All but the newest eleven months."""
        return f"{kind}_date__lte={date(self.actions[len(self.actions) // 12][1])}"

    def new(self, kind):
        """The newest month."""
        return f"{kind}_date__gte={date(self.actions[len(self.actions) * 11 // 12][1])}"

    def half(self):
        """All but the newest six months."""
        return f"start_date__lte={date(self.actions[len(self.actions) // 2][1])}"


def date(milliseconds):
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def repositories(kind, name, query, **more):
    return Question(kind, f"repositories: {name}", lambda data: REPOSITORY + "?limit=25&" + query(data), **more)


def trail(kind, name, query, limit=25):
    """The question for the actions of a namespace, and for those of all."""
    return [
        Question(kind, f"{actions}: {name}", lambda data, path=path: f"{path}limit={limit}&{query(data)}")
        for actions, path in [("actions", ACTION + "?"), ("all actions", TRAIL + "?all_namespaces=true&")]]


def registries(kind, name, query, **more):
    return Question(kind, f"registries: {name}", lambda data: REGISTRY + "?limit=25&" + query(data), **more)


def with_registry(beginning):
    return f"registry={beginning.split('/')[0]}&name__startswith={beginning}"


def with_host(host):
    return f"name={host}&host={host}&is_docker_registry=false"


def quoted(text):
    return urllib.parse.quote(text)


def with_end(dates):
    return f"{dates}&{dates.replace('start', 'end')}"


def token(name):
    return f"/token?scope=repository:{ORGANIZATION}/{name}:pull"


def fixed(kind, name, path, **more):
    return Question(kind, name, lambda _: path, **more)


QUESTIONS = [
    Question(INDEXED, "one repository", lambda data: REPOSITORY + data.name() + "/"),
    fixed(INDEXED, "one repository that is not there", REPOSITORY + "registry-00.example/nobody/nothing/", status=404),
    repositories(INDEXED, "first page", lambda data: ""),
    fixed(INDEXED, "repositories: first page of 1,000", REPOSITORY + "?limit=1000"),
    repositories(INDEXED, "after", lambda data: f"after={data.pick(data.followed)}"),
    repositories(INDEXED, "offset=25", lambda data: "offset=25"),
    repositories(INDEXED, "name", lambda data: f"name={data.name()}"),
    repositories(INDEXED, "name__startswith, one match", lambda data: f"name__startswith={data.beginning()}"),
    Question(INDEXED, "repositories: registry", lambda data: f"{REPOSITORY}?limit=10&registry={REGISTRY}{data.registry()}/"),
    Question(INDEXED, "repositories: registry, a small one", lambda data: f"{REPOSITORY}?limit=10&registry={data.host()}"),
    repositories(INDEXED, "registry, name__startswith, one match", lambda data: with_registry(data.beginning())),
    repositories(INDEXED, "in_use=true, name", lambda data: f"in_use=true&name={data.pick(data.used)}"),
    repositories(INDEXED, "in_use=false, name", lambda data: f"in_use=false&name={data.pick(data.unused)}"),
    repositories(INDEXED, "a key for 100 repositories", lambda data: "", key="names"),
    repositories(COUNTED, "name__startswith, a registry", lambda data: f"name__startswith={data.registry()}/"),
    repositories(COUNTED, "name__startswith, half of all", lambda data: "name__startswith=registry-2"),
    repositories(COUNTED, "name__startswith, after", lambda data: f"name__startswith=registry-&after={data.pick(data.followed)}"),
    repositories(COUNTED, "registry, name__startswith", lambda data: with_registry(data.registry() + "/team-1")),
    repositories(COUNTED, "in_use=true", lambda data: "in_use=true"),
    repositories(COUNTED, "in_use=true, after", lambda data: f"in_use=true&after={data.pick(data.followed)}"),
    repositories(COUNTED, "in_use=true, registry", lambda data: f"in_use=true&registry={data.registry()}"),
    repositories(COUNTED, "a key for 100 paths", lambda data: "", key="paths"),
    repositories(COUNTED, "a key for 100 paths, after", lambda data: f"after={data.pick(data.followed)}", key="paths"),
    repositories(COUNTED, "name__contains, most", lambda data: "name__contains=service"),
    repositories(COUNTED, "in_use=false", lambda data: "in_use=false"),
    repositories(BOUNDED, "offset", lambda data: f"offset={data.n * 9 // 10}"),
    repositories(BOUNDED, "registry, offset", lambda data: f"registry={data.registry()}&offset={data.n // REGISTRIES * 8 // 10}"),
    repositories(BOUNDED, "name__contains, one match", lambda data: f"name__contains={data.name()[-7:]}"),
    repositories(BOUNDED, "name__contains, none", lambda data: "name__contains=nowhere"),
    repositories(BOUNDED, "name__contains, registry", lambda data: f"registry={data.registry()}&name__contains=nowhere"),
    repositories(BOUNDED, "name__contains, in_use=true", lambda data: "in_use=true&name__contains=nowhere"),
    repositories(BOUNDED, "in_use=false, offset", lambda data: f"in_use=false&offset={data.n * 9 // 10}"),
    repositories(BOUNDED, "in_use=false, registry", lambda data: f"in_use=false&registry={data.registry()}"),
    repositories(BOUNDED, "in_use=false, name__contains", lambda data: "in_use=false&name__contains=nowhere"),
    repositories(BOUNDED, "a key for 100 paths, name__contains", lambda data: "name__contains=nowhere", key="paths"),
    repositories(BOUNDED, "a key for 100 paths, offset", lambda data: f"offset={data.n // (REGISTRIES * TEAMS) * 80}", key="paths"),

    fixed(COUNTED, "services: first page", SERVICE + "?limit=25"),
    Question(INDEXED, "services: image", lambda data: f"{SERVICE}?limit=25&image={data.pick(data.used)}"),
    Question(INDEXED, "services: image, none", lambda data: f"{SERVICE}?limit=25&image={data.pick(data.unused)}"),
    fixed(BOUNDED, "services: state, none", SERVICE + "?limit=25&state=Running"),

    registries(COUNTED, "first page", lambda data: ""),
    registries(COUNTED, "first page, read with another key", lambda data: "", key="reader"),
    registries(COUNTED, "after", lambda data: f"after={data.registry()}"),
    registries(COUNTED, "after, a small one", lambda data: f"after={data.host()}"),
    registries(COUNTED, "offset", lambda data: f"offset={hosts(data.n) * 9 // 10}"),
    registries(COUNTED, "is_docker_registry=false", lambda data: "is_docker_registry=false"),
    registries(COUNTED, "is_docker_registry=false, after", lambda data: f"is_docker_registry=false&after={data.host()}"),
    registries(INDEXED, "is_docker_registry=true", lambda data: "is_docker_registry=true"),
    registries(INDEXED, "host", lambda data: f"host={data.registry()}"),
    registries(INDEXED, "host, a small one", lambda data: f"host={data.host()}"),
    registries(INDEXED, "host, none", lambda data: "host=nowhere.example"),
    registries(INDEXED, "name", lambda data: f"name={data.host()}"),
    registries(INDEXED, "name, none", lambda data: "name=nowhere.example"),
    registries(INDEXED, "name, host, is_docker_registry", lambda data: with_host(data.host())),
    Question(INDEXED, "one registry, a small one", lambda data: f"{REGISTRY}{data.host()}/"),
    fixed(INDEXED, "registries: a key for 100 repositories", REGISTRY, key="names"),
    Question(INDEXED, "one registry", lambda data: f"{REGISTRY}{data.registry()}/"),

    Question(INDEXED, "one action", lambda data: f"{ACTION}{data.pick(data.recorded)}/"),
    *trail(INDEXED, "first page", lambda data: ""),
    *trail(INDEXED, "first page of 900", lambda data: "", limit=900),
    *trail(INDEXED, "after", lambda data: f"after={data.pick(data.recorded)}"),
    *trail(INDEXED, "uuid", lambda data: f"uuid={data.pick(data.recorded)}"),
    *trail(INDEXED, "uuid, none", lambda data: "uuid=00000000-0000-4000-8000-000000000000"),
    *trail(INDEXED, "uuid__startswith, one match", lambda data: f"uuid__startswith={data.pick(data.recorded)[:13]}"),
    *trail(INDEXED, "object", lambda data: f"object={REPOSITORY}{data.pick(data.objects)}/"),
    *trail(INDEXED, "object, none", lambda data: f"object={REPOSITORY}nowhere.example/none/"),
    *trail(INDEXED, "repository", lambda data: f"repository={data.pick(data.objects)}"),
    *trail(INDEXED, "state=Unknown", lambda data: "state=Unknown"),
    *trail(INDEXED, "state=Unknown, after", lambda data: f"state=Unknown&after={data.pick(data.recorded[-40:])}"),
    *trail(INDEXED, "state, none", lambda data: "state=In+progress"),
    *trail(INDEXED, "action, rare", lambda data: f"action={quoted(RARE_KIND)}"),
    *trail(INDEXED, "action, none", lambda data: "action=Member+Delete"),
    *trail(INDEXED, "user, rare", lambda data: f"user={RARE_USER}"),
    *trail(INDEXED, "user, none", lambda data: "user=nobody"),
    *trail(INDEXED, "key_id, rare", lambda data: f"key_id={RARE_KEY}"),
    *trail(INDEXED, "key_id, none", lambda data: "key_id=nokey0000000"),
    *trail(INDEXED, "start_date, none", lambda data: "start_date__gte=2100-01-01"),
    *trail(INDEXED, "end_date, none", lambda data: "end_date__lte=2000-01-01"),
    *trail(INDEXED, "start_date, 100 matches", lambda data: data.dates("start", 100)),
    *trail(INDEXED, "end_date, 100 matches", lambda data: data.dates("end", 100)),
    *trail(INDEXED, "start_date, end_date, 100 matches", lambda data: with_end(data.dates("start", 100))),
    *trail(INDEXED, "object, state", lambda data: f"object={REPOSITORY}{data.pick(data.objects)}/&state=Success"),
    *trail(INDEXED, "state=Unknown, start_date", lambda data: f"state=Unknown&{data.half()}", limit=10),
    *trail(INDEXED, "state=Success, start_date, 100 matches", lambda data: "state=Success&" + data.dates("start", 100)),
    *trail(INDEXED, "state=Success, action, rare", lambda data: f"state=Success&action={quoted(RARE_KIND)}"),
    *trail(INDEXED, "action, user, rare", lambda data: f"action={quoted(RARE_KIND)}&user={RARE_USER}"),
    *trail(INDEXED, "action, user, none", lambda data: "action=Repository+Pull&user=nobody"),
    *trail(INDEXED, "key_id, rare, start_date", lambda data: f"key_id={RARE_KEY}&{data.half()}", limit=10),
    *trail(INDEXED, "every filter, none", lambda data: f"action=Repository+Pull&state=Success&key_id=nokey&user=nobody&{data.old('start')}"),
    *trail(COUNTED, "state=Failed", lambda data: "state=Failed"),
    *trail(COUNTED, "action", lambda data: "action=Repository+Pull"),
    *trail(COUNTED, "action, one in 30", lambda data: "action=API+Key+Create"),
    *trail(COUNTED, "user", lambda data: f"user=user-{data.person()}", limit=5),
    *trail(COUNTED, "user, one in 25", lambda data: f"user={ORGANIZATION}%2Brobot-{data.random.randrange(15):05d}"),
    *trail(COUNTED, "key_id", lambda data: f"key_id=key0000{data.person()}", limit=5),
    *trail(COUNTED, "key_id, one in four", lambda data: "key_id=frequent0000"),
    *trail(COUNTED, "state=Success", lambda data: "state=Success"),
    *trail(COUNTED, "state=Failed, after", lambda data: f"state=Failed&after={data.pick(data.recorded)}"),
    *trail(COUNTED, "object, of one in 20", lambda data: f"object={REPOSITORY}{BASE_IMAGE}/"),
    *trail(COUNTED, "object, a registry", lambda data: f"object={REGISTRY}{data.registry()}/"),
    *trail(COUNTED, "uuid__startswith, one digit", lambda data: f"uuid__startswith={data.random.randrange(16):x}"),
    *trail(COUNTED, "uuid__startswith, three digits", lambda data: f"uuid__startswith={data.random.randrange(4096):03x}"),
    *trail(COUNTED, "start_date, a day", lambda data: data.dates("start", data.n // 365)),
    *trail(COUNTED, "start_date, a month", lambda data: data.month("start")),
    *trail(COUNTED, "start_date, old ones", lambda data: data.old("start")),
    *trail(COUNTED, "end_date, a month", lambda data: data.month("end")),
    *trail(COUNTED, "end_date, old ones", lambda data: data.old("end")),
    *trail(COUNTED, "start_date, the last month", lambda data: data.new("start")),
    *trail(COUNTED, "end_date, the last month", lambda data: data.new("end")),
    *trail(COUNTED, "start_date, after", lambda data: f"start_date__lte=2100-01-01&after={data.pick(data.recorded[:40])}"),
    *trail(COUNTED, "start_date, all", lambda data: "start_date__gte=2000-01-01"),
    *trail(COUNTED, "state=Failed, action", lambda data: "state=Failed&action=Repository+Pull"),
    *trail(COUNTED, "state=Failed, start_date, a month", lambda data: "state=Failed&" + data.month("start")),
    *trail(COUNTED, "state=Failed, end_date, a month", lambda data: "state=Failed&" + data.month("end")),
    *trail(COUNTED, "state=Success, start_date, old ones", lambda data: "state=Success&" + data.old("start")),
    *trail(COUNTED, "object, of one in 20, state=Unknown", lambda data: f"object={REPOSITORY}{BASE_IMAGE}/&state=Unknown"),
    *trail(COUNTED, "object, of one in 20, start_date, old ones", lambda data: f"object={REPOSITORY}{BASE_IMAGE}/&{data.old('start')}"),
    *trail(COUNTED, "uuid__startswith, one digit, start_date, old ones", lambda data: "uuid__startswith=a&" + data.old("start")),
    *trail(COUNTED, "uuid__startswith, one digit, state=Unknown", lambda data: "uuid__startswith=a&state=Unknown"),
    *trail(COUNTED, "uuid__startswith, three digits, state, end_date", lambda data: "uuid__startswith=abc&state=Failed&" + data.old("end")),
    *trail(BOUNDED, "offset", lambda data: f"offset={data.n * 8 // 10}"),
    *trail(BOUNDED, "state=Success, offset", lambda data: f"state=Success&offset={data.n * 7 // 10}"),
    *trail(BOUNDED, "action, object, none in common", lambda data: f"action=API+Key+Create&object={REPOSITORY}{BASE_IMAGE}/"),
    *trail(BOUNDED, "ended before they started", lambda data: f"{data.new('start')}&{data.old('end')}"),

    fixed(COUNTED, "users", ACCOUNT + "user/"),
    fixed(COUNTED, "users: is_disabled", ACCOUNT + "user/?is_disabled=true"),
    Question(COUNTED, "users: after", lambda data: f"{ACCOUNT}user/?after=user-{data.person()}"),
    Question(COUNTED, "users: is_disabled, after", lambda data: f"{ACCOUNT}user/?is_disabled=false&after=user-{data.person()}"),
    Question(INDEXED, "users: name", lambda data: f"{ACCOUNT}user/?name=user-{data.person()}"),
    Question(INDEXED, "one user", lambda data: f"{ACCOUNT}user/user-{data.person()}/"),
    fixed(COUNTED, "organizations", ACCOUNT + "organization/"),
    Question(COUNTED, "organizations: after", lambda data: f"{ACCOUNT}organization/?after=org-{data.person()}"),
    Question(INDEXED, "one organization", lambda data: f"{ACCOUNT}organization/org-{data.person()}/"),
    fixed(COUNTED, "members", MEMBER),
    Question(COUNTED, "members: after", lambda data: f"{MEMBER}?after=user-{data.person()}"),
    Question(INDEXED, "one member", lambda data: f"{MEMBER}user-{data.person()}/"),
    fixed(INDEXED, "members of a small organization", f"{ACCOUNT}organization/org-00007/member/"),
    fixed(COUNTED, "robots", ROBOT),
    Question(COUNTED, "robots: after", lambda data: f"{ROBOT}?after=robot-{data.person()}"),
    Question(INDEXED, "one robot", lambda data: f"{ROBOT}robot-{data.person()}/"),
    fixed(COUNTED, "keys", ACCOUNT + "apikey/"),
    Question(COUNTED, "keys: after", lambda data: f"{ACCOUNT}apikey/?after=key0000{data.person()}"),
    fixed(COUNTED, "keys of an organization", ORGANIZATION_KEYS),
    Question(COUNTED, "keys of an organization: after", lambda data: f"{ORGANIZATION_KEYS}&after=key0000{data.person()}"),
    Question(INDEXED, "one key", lambda data: f"{ACCOUNT}apikey/key0000{data.person()}/"),

    Question(INDEXED, "/token", lambda data: token(data.name())),
    Question(INDEXED, "/token with a key for 100 repositories", lambda data: token(data.pick(data.restriction)), key="names"),
    fixed(INDEXED, "/v2/_catalog", "/v2/_catalog?n=25", key="reader"),
    Question(INDEXED, "/v2/_catalog: last", lambda data: f"/v2/_catalog?n=25&last={data.pick(data.followed)}", key="reader"),
    fixed(COUNTED, "/v2/_catalog with a key for 100 paths", "/v2/_catalog?n=25", key="paths"),
    # The manifest of an existing repository would be requested from its registry.
    fixed(INDEXED, "a manifest of no repository", f"/v2/{ORGANIZATION}/registry-00.example/nobody/nothing/manifests/latest", status=404),
]
