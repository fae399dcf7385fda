extension Schema {
    /// An index for each filter of the trail of all namespaces; the table's own index of identifiers is another one. Like those of one
    /// namespace, they end with the sequence.
    ///
    /// The index of ends leaves out actions in progress, as that of one namespace does; those are found by their state. `actions_ended` has
    /// them and serves pruning. `action_revisions` counts the actions of all namespaces, because the counters of the namespaces are as many as the namespaces.
    static let trailIndexes = """
        CREATE INDEX trail_object ON actions (object, object_kind);
        CREATE INDEX trail_key ON actions (key_id);
        CREATE INDEX trail_user ON actions (user);
        CREATE INDEX trail_kind ON actions (kind);
        CREATE INDEX trail_state ON actions (state);
        CREATE INDEX trail_started ON actions (started);
        CREATE INDEX trail_ended ON actions (ended) WHERE state <> 'In progress';
        DROP INDEX actions_in_progress;

        ALTER TABLE action_revisions ADD COLUMN actions INTEGER NOT NULL DEFAULT 0;
        UPDATE action_revisions SET actions = (SELECT count(*) FROM actions);
        """
}
