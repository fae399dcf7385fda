import GRDB
import Naming
import StorageConformance

/// A database with many repositories, inserted by one statement.
func withManyRepositories(_ count: Int, _ body: (String) async throws -> Void) async throws {
    try await withClosedDatabase { _ in
    } _: { path in
        try await database(in: path).write { db in
            try db.execute(
                literal: """
                    INSERT INTO registries (authority, is_approved, is_plain_http) VALUES ('registry.example', 1, 0);
                    WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < \(count))
                    INSERT INTO repositories (id, namespace, name, authority, state, pull, push, silences, created, modified)
                    SELECT printf('%08x-0000-4000-8000-000000000000', number), \(Sample.team().description),
                        'registry.example/team-' || (number % 10) || '/image-' || number, 'registry.example',
                        'Verified', 'yes', 'yes', 0, 0, 0
                    FROM numbers
                    """)
        }
        try await body(path)
    }
}
