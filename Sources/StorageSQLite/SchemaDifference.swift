import GRDB

extension Schema {
    /// The first table, index, trigger or view of a database that is not as the steps create it; nil if there is none. A trigger could undo
    /// revocations, and a view or an altered index hide rows.
    static func difference(in db: Database) throws -> String? {
        let expected = try DatabaseQueue()
        try migrator.migrate(expected)
        let (found, required) = (try objects(in: db), try expected.read(objects))
        let names = Set(found.keys).union(required.keys).filter { found[$0] != required[$0] }
        return names.min()
    }

    /// The statements that created the objects of a database, by type and name.
    private static func objects(in db: Database) throws -> [String: String] {
        let rows = try db.rows(
            "SELECT type || ' ' || name AS object, coalesce(sql, '') AS statement FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'")
        return Dictionary(try rows.map { (try $0.value("object"), try $0.value("statement")) }) { $1 }
    }
}
