/// Step 27.
extension Schema {
    /// An agent that is removed from its last namespace is deleted, since no list shows it.
    ///
    /// A repository that is inserted as `Rejected` gets a number of its own, too.
    static let lastNamespaces = """
        DELETE FROM agents WHERE NOT EXISTS (SELECT 1 FROM agent_namespaces n WHERE n.agent = agents.id);
        CREATE TRIGGER agent_namespaces_last AFTER DELETE ON agent_namespaces BEGIN
            DELETE FROM agents WHERE id = old.agent AND NOT EXISTS (SELECT 1 FROM agent_namespaces n WHERE n.agent = old.agent);
        END;

        CREATE TRIGGER repositories_inserted_rejected AFTER INSERT ON repositories WHEN new.state = 'Rejected' BEGIN
            UPDATE rejections SET last = last + 1 WHERE only = 1;
            UPDATE repositories SET rejection = (SELECT last FROM rejections WHERE only = 1) WHERE id = new.id;
        END;
        """
}
