/// Step 25.
extension Schema {
    /// `gateway_namespace` is the namespace in the path of an image at the gateway. Only this namespace sees the service; if it is NULL, all
    /// namespaces of the agent do.
    static let pulledImages = """
        ALTER TABLE services ADD COLUMN gateway_namespace TEXT;

        DROP TRIGGER services_reported;
        CREATE TRIGGER services_reported AFTER INSERT ON services WHEN new.agent IS NOT NULL BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT n.namespace, new.id, new.repository, new.name, new.agent FROM agent_namespaces n
                WHERE n.agent = new.agent AND (new.gateway_namespace IS NULL OR new.gateway_namespace = n.namespace)
                    AND EXISTS (SELECT 1 FROM repositories r WHERE r.namespace = n.namespace AND r.name = new.repository);
        END;
        DROP TRIGGER agent_namespaces_inserted;
        CREATE TRIGGER agent_namespaces_inserted AFTER INSERT ON agent_namespaces BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT new.namespace, s.id, s.repository, s.name, s.agent FROM services s
                WHERE s.agent = new.agent AND (s.gateway_namespace IS NULL OR s.gateway_namespace = new.namespace)
                    AND EXISTS (SELECT 1 FROM repositories r WHERE r.namespace = new.namespace AND r.name = s.repository);
        END;
        DROP TRIGGER repositories_registered;
        CREATE TRIGGER repositories_registered AFTER INSERT ON repositories BEGIN
            INSERT INTO service_uses (namespace, service, repository, name, agent)
                SELECT new.namespace, s.id, s.repository, s.name, s.agent
                FROM agent_namespaces n CROSS JOIN services s ON s.agent = n.agent AND s.repository = new.name
                WHERE n.namespace = new.namespace AND (s.gateway_namespace IS NULL OR s.gateway_namespace = new.namespace);
        END;
        """
}
