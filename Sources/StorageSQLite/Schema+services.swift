/// Step 22.
extension Schema {
    /// `service_uses` has the services that each namespace sees, by the repository of their image, so that `in_use` and the lists of services
    /// read one index. Triggers maintain it.
    static let services = """
        DROP TABLE services;
        CREATE TABLE services (
            id TEXT PRIMARY KEY,
            namespace TEXT,
            name TEXT NOT NULL,
            image TEXT NOT NULL,
            repository TEXT NOT NULL,
            tag TEXT,
            digest TEXT,
            state TEXT NOT NULL,
            current INTEGER NOT NULL,
            running INTEGER NOT NULL,
            target INTEGER,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE service_uses (
            namespace TEXT NOT NULL,
            service TEXT NOT NULL,
            repository TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (namespace, service)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX service_uses_name ON service_uses (namespace, name, service);
        CREATE INDEX service_uses_repository ON service_uses (namespace, repository, name, service);
        CREATE INDEX service_uses_service ON service_uses (service);

        CREATE TRIGGER services_declared AFTER INSERT ON services WHEN new.namespace IS NOT NULL BEGIN
            INSERT INTO service_uses (namespace, service, repository, name) VALUES (new.namespace, new.id, new.repository, new.name);
        END;
        CREATE TRIGGER services_updated AFTER UPDATE OF name, repository ON services BEGIN
            UPDATE service_uses SET repository = new.repository, name = new.name WHERE service = new.id;
        END;
        CREATE TRIGGER services_deleted AFTER DELETE ON services BEGIN
            DELETE FROM service_uses WHERE service = old.id;
        END;
        """
}
