"""Fills the database of a stopped server with the data for `growth`: an organization with many repositories, and actions in all."""
import contextlib
import itertools
import math
import sqlite3
import time

ORGANIZATION, BASE_IMAGE = "acme", "registry-00.example/base/image"
# Nine of ten repositories are on these registries. The others are on small ones, whose number grows with that of the repositories.
REGISTRIES, TEAMS, REPOSITORIES_OF_HOST = 50, 18, 10
# Values that as many actions have at every size.
RARE, RARE_KIND, RARE_USER, RARE_KEY = 40, "Row Sign", "rare-user", "rarekey00000"
YEAR = 365 * 86_400_000  # in milliseconds

# Each row of `made` has a number `i` in insertion order. Its name is derived from another number, `k`, so that adjacent names are far apart
# in the table.
MADE = """
    CREATE TEMP TABLE made AS
    WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :n)
    SELECT i, CASE WHEN k % 10 < 9 THEN printf('registry-%02d.example', big % :registries)
            ELSE printf('host-%05d.example', k / 10 % :hosts) END AS authority,
        printf('team-%02d/%s-%07d', CASE WHEN k % 10 < 9 THEN big / :registries ELSE k / 10 / :hosts END % :teams,
            CASE k % 7 WHEN 0 THEN 'api' WHEN 1 THEN 'web' WHEN 2 THEN 'worker' WHEN 3 THEN 'reports/daily' ELSE 'service' END, k) AS path,
        abs(random() % 100) AS r, CASE WHEN random() % 4 = 0 THEN NULL ELSE {uuid} END AS credential,
        :now - abs(random() % :year) AS created
    FROM (SELECT i, k, k - k / 10 AS big FROM (SELECT i, i * :step % :n AS k FROM numbers))
    """

UUID = """lower(printf('%s-%s-4%s-a%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
    substr(hex(randomblob(2)), 2), hex(randomblob(6))))"""

REPOSITORIES = """
    INSERT INTO registries (authority, is_ssl, is_approved, is_plain_http, realm, is_reached)
        SELECT DISTINCT authority, 1, 0, 0, 'https://' || authority || '/token', 1 FROM made;

    INSERT INTO credentials (id, namespace, authority, version, created, modified)
        SELECT credential, :organization, authority, 1, created, created FROM made WHERE credential IS NOT NULL;

    INSERT INTO credential_secrets (credential, version, envelope, key_id)
        SELECT credential, 1, randomblob(150), key_id FROM made JOIN deployment WHERE credential IS NOT NULL;

    INSERT INTO repositories (id, namespace, name, authority, credential, state, state_reason, pull, push, checked, due, silences,
            is_accepted, created, modified, last_pull, last_pull_account)
        SELECT {uuid}, :organization, authority || '/' || path, authority, credential,
            CASE WHEN r < 80 THEN 'Verified' WHEN r < 85 THEN 'Absent' WHEN r < 90 THEN 'Rejected' WHEN r < 95 THEN 'Unreachable'
                ELSE 'Unverified' END,
            CASE WHEN r BETWEEN 85 AND 94 THEN authority || ' did not accept the user name and password (401 Unauthorized)' END,
            CASE WHEN r < 80 THEN 'yes' ELSE 'unknown' END, CASE WHEN r < 30 THEN 'yes' ELSE 'unknown' END, :now - r * 60000,
            CASE WHEN r < 95 THEN :now + 21600000 + i % 1000 END, 0, r < 85 AND credential IS NOT NULL, created, created,
            CASE WHEN r < 60 THEN :now - r * 3600000 END, CASE WHEN r < 60 THEN printf('user-%05d', i % :people) END
        FROM made;

    INSERT INTO repository_counts (namespace, authority, count)
        SELECT :organization, authority, count(*) FROM made GROUP BY authority;

    INSERT INTO repository_totals (namespace, count) SELECT :organization, count(*) FROM made;

    INSERT INTO repository_states (state, count) SELECT state, count(*) FROM repositories GROUP BY state;
    """

SERVICES = """
    INSERT INTO services (id, namespace, name, image, repository, tag, state, current, running, created, modified)
        SELECT {uuid}, :organization, printf('service-%06d', i), authority || '/' || path || ':v1', authority || '/' || path, 'v1',
            'Not running', 0, 0, created, created
        FROM made WHERE i % 100 = 50 - i / 100 % 50;

    INSERT INTO service_uses (namespace, service, repository, name) SELECT namespace, id, repository, name FROM services;
    """

ACTIONS = """
    INSERT INTO actions (revision, id, namespace, kind, object_kind, object, state, status, started, ended, user, key_id, address, method, path,
            user_agent)
        SELECT (SELECT last FROM action_revisions) + 1 + i, {uuid},
            CASE WHEN i % 10 = 3 THEN printf('org-%05d', i / 10 % :people) ELSE :organization END, kind, object_kind, object,
            CASE WHEN i % (:n / :rare) = 7 THEN 'Unknown' WHEN r % 20 = 0 THEN 'Failed' ELSE 'Success' END,
            CASE WHEN r % 20 = 0 THEN 400 END, started, started + r * r,
            CASE WHEN is_rare THEN :rare_user WHEN r < 60 THEN printf(:organization || '+robot-%05d', r / 4)
                ELSE printf('user-%05d', i % :people) END,
            CASE WHEN is_rare THEN :rare_key WHEN r < 25 THEN 'frequent0000' ELSE printf('key%09d', i % :people) END,
            printf('10.%d.%d.%d', r, i / 250 % 250, i % 250),
            CASE WHEN r < 75 THEN 'GET' WHEN r < 95 THEN 'POST' ELSE 'PATCH' END,
            CASE object_kind WHEN 'repository' THEN '/v2/' || object || '/manifests/latest' ELSE '/api/account/v1/apikey/' END,
            'docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64'
        FROM (SELECT i, r, is_rare, :now - :year + i * :year / :n AS started,
            CASE WHEN is_rare THEN :rare_kind WHEN r < 55 THEN 'Repository Pull' WHEN r < 75 THEN 'Repository Push'
                WHEN r < 85 THEN 'Repository Verify' WHEN r < 92 THEN 'Repository Create' WHEN r < 95 THEN 'API Key Create'
                WHEN r < 97 THEN 'Registry Update' ELSE 'Repository Update' END AS kind,
            CASE WHEN is_rare THEN 'row' WHEN r < 92 THEN 'repository' WHEN r < 95 THEN 'apikey' WHEN r < 97 THEN 'registry'
                ELSE 'repository' END AS object_kind,
            CASE WHEN is_rare THEN 'apikey:' || :rare_key WHEN r < 5 THEN :base_image WHEN r < 92 THEN authority || '/' || path
                WHEN r < 95 THEN printf('key%09d', i % :people) WHEN r < 97 THEN authority ELSE authority || '/' || path END AS object
            FROM (SELECT *, i % (:n / :rare) = 11 AS is_rare FROM made) ORDER BY i);

    UPDATE action_revisions SET last = last + :n, actions = actions + :n;
    INSERT INTO action_counts (namespace, count)
        SELECT namespace, count(*) FROM actions WHERE user_agent LIKE 'docker/%' GROUP BY namespace
        ON CONFLICT (namespace) DO UPDATE SET count = count + excluded.count;
    """

ACCOUNTS = """
    CREATE TEMP TABLE people AS
        WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :people)
        SELECT i, {uuid} AS user, {uuid} AS robot FROM numbers;

    INSERT INTO namespaces (name, created) SELECT printf('user-%05d', i), :now FROM people;
    INSERT INTO accounts (id, name, is_administrator, is_disabled, created)
        SELECT user, printf('user-%05d', i), 0, 0, :now FROM people;
    INSERT INTO accounts (id, name, is_administrator, is_disabled, created, organization)
        SELECT robot, printf(:organization || '+robot-%05d', i), 0, 0, :now, :organization FROM people;
    INSERT INTO memberships (organization, account, permission, created, name)
        SELECT :organization, user, 'read', :now, printf('user-%05d', i) FROM people;
    INSERT INTO memberships (organization, account, permission, created, name)
        SELECT :organization, robot, 'read', :now, printf(:organization || '+robot-%05d', i) FROM people;

    INSERT INTO namespaces (name, created) SELECT printf('org-%05d', i), :now FROM people;
    INSERT INTO organizations (name, created) SELECT printf('org-%05d', i), :now FROM people;
    INSERT INTO memberships (organization, account, permission, created, name)
        SELECT printf('org-%05d', i), accounts.id, 'admin', :now, accounts.name FROM people JOIN accounts WHERE is_administrator;

    INSERT INTO api_keys (id, account, hash, label, scopes, created)
        SELECT printf('key%09d', i), accounts.id, randomblob(32), printf('server %d', i), 'repository:read pull', :now - i
        FROM people JOIN accounts WHERE is_administrator;
    """


# The first due dates, which triggers maintain otherwise.
DUE = """
    INSERT OR REPLACE INTO due_namespaces (authority, is_silent, namespace, due)
        SELECT authority, is_silent, namespace, min(due) FROM repositories WHERE due IS NOT NULL GROUP BY authority, is_silent, namespace;
    INSERT OR REPLACE INTO due_registries (authority, is_silent, due)
        SELECT authority, is_silent, min(due) FROM due_namespaces GROUP BY authority, is_silent
    """


def hosts(n):
    """The number of small registries."""
    return n // (10 * REPOSITORIES_OF_HOST)


def fill(path, n, people, services=True):
    """Writes `n` repositories on their registries and `n` actions, `people` users, robots, organizations and keys, and services that use
    one of a hundred repositories."""
    values = {
        "n": n, "people": people, "organization": ORGANIZATION, "base_image": BASE_IMAGE, "registries": REGISTRIES, "teams": TEAMS,
        "hosts": hosts(n), "rare": RARE, "rare_kind": RARE_KIND, "rare_user": RARE_USER, "rare_key": RARE_KEY, "year": YEAR,
        "now": int(time.time() * 1000),
        "step": next(step for step in itertools.count(7919) if math.gcd(step, n) == 1)}
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Durability is not needed: the data is generated for one run.
        for pragma in ["journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -1000000"]:
            database.execute(f"PRAGMA {pragma}")
        # Triggers are dropped as well: each of their statements would search the table without its indexes.
        dropped = database.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type").fetchall()
        database.execute("BEGIN")
        for kind, name, _ in dropped:
            database.execute(f"DROP {kind} {name}")
        for sql in ";".join([MADE, REPOSITORIES, *[SERVICES] * services, ACTIONS, ACCOUNTS]).replace("{uuid}", UUID).split(";"):
            database.execute(sql, values)
        for kind, _, sql in dropped:
            if kind == "index":
                database.execute(sql)
        for sql in DUE.split(";"):
            database.execute(sql)
        for kind, _, sql in dropped:
            if kind == "trigger":
                database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")
