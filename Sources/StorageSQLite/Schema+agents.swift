/// Step 23.
extension Schema {
    /// `services` has all services that an agent reports, and `agent_namespaces` the namespaces in which it may report. `service_uses` gets
    /// those whose repository is registered in such a namespace, also if it is registered later. `ran` is the running time of the servers
    /// in milliseconds.
    ///
    /// The agents of an account that leaves an organization are removed from it.
    static let agents = """
        CREATE TABLE agents (
            id TEXT PRIMARY KEY,
            account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            account_name TEXT NOT NULL,
            name TEXT NOT NULL,
            instance TEXT NOT NULL,
            process TEXT NOT NULL,
            replaced TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            engine TEXT NOT NULL,
            hash TEXT NOT NULL,
            key_id TEXT NOT NULL,
            services INTEGER NOT NULL,
            reported INTEGER NOT NULL,
            ran INTEGER NOT NULL,
            created INTEGER NOT NULL,
            UNIQUE (account, name)
        ) STRICT;
        CREATE INDEX agents_ran ON agents (ran);

        CREATE TABLE agent_namespaces (
            namespace TEXT NOT NULL,
            agent TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (namespace, agent)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX agent_namespaces_name ON agent_namespaces (namespace, name, agent);
        CREATE INDEX agent_namespaces_agent ON agent_namespaces (agent, namespace);

        ALTER TABLE services ADD COLUMN agent TEXT;
        ALTER TABLE services ADD COLUMN stack TEXT;
        ALTER TABLE services ADD COLUMN kind TEXT;
        ALTER TABLE services ADD COLUMN deployed INTEGER;
        CREATE INDEX services_agent ON services (agent, repository) WHERE agent IS NOT NULL;
        ALTER TABLE service_uses ADD COLUMN agent TEXT;
        CREATE INDEX service_uses_agent ON service_uses (agent, namespace) WHERE agent IS NOT NULL;

        CREATE TRIGGER agents_deleted AFTER DELETE ON agents BEGIN
            DELETE FROM agent_namespaces WHERE agent = old.id;
            DELETE FROM services WHERE agent = old.id;
        END;
        CREATE TRIGGER services_reported AFTER INSERT ON services WHEN new.agent IS NOT NULL BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT n.namespace, new.id, new.repository, new.name, new.agent FROM agent_namespaces n
                WHERE n.agent = new.agent
                    AND EXISTS (SELECT 1 FROM repositories r WHERE r.namespace = n.namespace AND r.name = new.repository);
        END;
        CREATE TRIGGER agent_namespaces_inserted AFTER INSERT ON agent_namespaces BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT new.namespace, s.id, s.repository, s.name, s.agent FROM services s
                WHERE s.agent = new.agent
                    AND EXISTS (SELECT 1 FROM repositories r WHERE r.namespace = new.namespace AND r.name = s.repository);
        END;
        CREATE TRIGGER agent_namespaces_deleted AFTER DELETE ON agent_namespaces BEGIN
            DELETE FROM service_uses WHERE agent = old.agent AND namespace = old.namespace;
        END;
        CREATE TRIGGER repositories_registered AFTER INSERT ON repositories BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT new.namespace, s.id, s.repository, s.name, s.agent
                FROM agent_namespaces n CROSS JOIN services s ON s.agent = n.agent AND s.repository = new.name
                WHERE n.namespace = new.namespace;
        END;
        CREATE TRIGGER repositories_removed AFTER DELETE ON repositories BEGIN
            DELETE FROM service_uses WHERE namespace = old.namespace AND repository = old.name AND agent IS NOT NULL;
        END;
        CREATE TRIGGER memberships_deleted AFTER DELETE ON memberships BEGIN
            DELETE FROM agent_namespaces
                WHERE namespace = old.organization AND agent IN (SELECT id FROM agents WHERE account = old.account);
        END;
        """
}
