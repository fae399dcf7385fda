import Testing

/// The status of every request, by caller. If a path has a namespace, it is that of the organization `acme`. The items in paths and
/// bodies exist there and belong to the organization, except for the user `dave`, who is not a member.
enum RightsTable {
    /// - `outsider`: a user who is not a member of the organization
    /// - `reader`, `writer`, `admin`: members with that permission
    /// - `robot`: a robot of the organization with the permission `read`
    /// - `server`: a server administrator who is not a member of the organization
    /// - `narrow`: a key of the admin with only the scope `repository:read`
    /// - `elsewhere`, `patterns`: keys of the admin that are restricted to her own namespace, and to `other.example/*`
    /// - `expired`, `revoked`, `disabled`: an expired and a revoked key of the admin, and a key of a disabled admin
    static let text = """
        call                                                      nobody outsider reader writer admin robot server narrow elsewhere patterns expired revoked disabled
        GET    /api/repo/v1/[namespace/]repository/                  401      404    200    200   200   200    404    200       403      200     401     401      401
        POST   /api/repo/v1/[namespace/]repository/                  401      404    403    403   201   403    404    403       403      403     401     401      401
        GET    /api/repo/v1/[namespace/]repository/(name)/           401      404    200    200   200   200    404    200       403      403     401     401      401
        PATCH  /api/repo/v1/[namespace/]repository/(name)/           401      404    403    403   202   403    404    403       403      403     401     401      401
        DELETE /api/repo/v1/[namespace/]repository/(name)/           401      404    403    403   204   403    404    403       403      403     401     401      401
        POST   /api/repo/v1/[namespace/]verification/                401      404    403    200   200   403    404    403       403      403     401     401      401
        GET    /api/repo/v1/[namespace/]registry/                    401      404    200    200   200   200    404    200       403      200     401     401      401
        GET    /api/repo/v1/[namespace/]registry/(host)/             401      404    200    200   200   200    404    200       403      404     401     401      401
        PATCH  /api/repo/v1/[namespace/]registry/(host)/             401      404    403    403   403   403    404    403       403      403     401     401      401
        GET    /api/audit/v1/[namespace/]action/                     401      404    200    200   200   200    200    403       403      403     401     401      401
        GET    /api/audit/v1/[namespace/]action/(uuid)/              401      404    200    200   200   200    200    403       403      403     401     401      401
        GET    /api/account/v1/user/                                 401      403    403    403   403   403    200    403       403      403     401     401      401
        POST   /api/account/v1/user/                                 401      403    403    403   403   403    201    403       403      403     401     401      401
        GET    /api/account/v1/user/(name)/                          401      403    403    403   403   403    200    403       403      403     401     401      401
        PATCH  /api/account/v1/user/(name)/                          401      403    403    403   403   403    202    403       403      403     401     401      401
        GET    /api/account/v1/organization/                         401      200    200    200   200   200    200    403       403      403     401     401      401
        POST   /api/account/v1/organization/                         401      201    201    201   201   403    201    403       403      403     401     401      401
        GET    /api/account/v1/organization/(name)/                  401      404    200    200   200   200    404    403       403      403     401     401      401
        DELETE /api/account/v1/organization/(name)/                  401      404    403    403   204   403    404    403       403      403     401     401      401
        GET    /api/account/v1/organization/(name)/member/           401      404    200    200   200   200    404    403       403      403     401     401      401
        POST   /api/account/v1/organization/(name)/member/           401      404    403    403   201   403    404    403       403      403     401     401      401
        GET    /api/account/v1/organization/(name)/member/(user)/    401      404    200    200   200   200    404    403       403      403     401     401      401
        PATCH  /api/account/v1/organization/(name)/member/(user)/    401      404    403    403   202   403    404    403       403      403     401     401      401
        DELETE /api/account/v1/organization/(name)/member/(user)/    401      404    403    403   204   403    404    403       403      403     401     401      401
        GET    /api/account/v1/[namespace/]robot/                    401      404    200    200   200   200    404    403       403      403     401     401      401
        POST   /api/account/v1/[namespace/]robot/                    401      404    403    403   201   403    404    403       403      403     401     401      401
        GET    /api/account/v1/[namespace/]robot/(name)/             401      404    200    200   200   200    404    403       403      403     401     401      401
        PATCH  /api/account/v1/[namespace/]robot/(name)/             401      404    403    403   202   403    404    403       403      403     401     401      401
        DELETE /api/account/v1/[namespace/]robot/(name)/             401      404    403    403   204   403    404    403       403      403     401     401      401
        GET    /api/app/v1/[namespace/]service/                      401      404    200    200   200   200    404    403       403      200     401     401      401
        POST   /api/app/v1/[namespace/]service/                      401      404    403    201   201   403    404    403       403      403     401     401      401
        GET    /api/app/v1/[namespace/]service/(uuid)/               401      404    200    200   200   200    404    403       403      404     401     401      401
        PATCH  /api/app/v1/[namespace/]service/(uuid)/               401      404    403    202   202   403    404    403       403      404     401     401      401
        DELETE /api/app/v1/[namespace/]service/(uuid)/               401      404    403    204   204   403    404    403       403      404     401     401      401
        GET    /api/app/v1/[namespace/]agent/                        401      404    200    200   200   200    404    403       403      403     401     401      401
        GET    /api/app/v1/[namespace/]agent/(uuid)/                 401      404    200    200   200   200    404    403       403      403     401     401      401
        DELETE /api/app/v1/[namespace/]agent/(uuid)/                 401      404    403    204   204   403    404    403       403      403     401     401      401
        PUT    /api/app/v1/agent/(name)/                             401      200    200    200   200   200    200    403       200      200     401     401      401
        GET    /api/account/v1/apikey/                               401      200    200    200   200   200    200    403       403      403     401     401      401
        POST   /api/account/v1/apikey/                               401      404    404    404   201   404    404    403       403      403     401     401      401
        GET    /api/account/v1/apikey/(id)/                          401      404    404    404   200   404    404    403       403      403     401     401      401
        DELETE /api/account/v1/apikey/(id)/                          401      404    404    404   204   404    404    403       403      403     401     401      401
        POST   /api/account/v1/apikey/(id)/renewal/                  401      403    403    403   403   403    403    403       403      403     401     401      401
        """

    struct Row: Sendable {
        let method: String
        let path: String
        let statuses: [(caller: String, status: Int)]

        var route: String { "\(method) \(path)" }
        /// A valid body.
        var body: String? { RightsTable.bodies[route] }
    }

    static let rows: [Row] = {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let callers = lines[0].dropFirst()
        return lines.dropFirst().map { line in
            let statuses = zip(callers, line.dropFirst(2)).map { (caller: $0, status: Int($1) ?? 0) }
            return Row(method: line[0], path: line[1], statuses: statuses)
        }
    }()

    private static let bodies = [
        "POST /api/repo/v1/[namespace/]repository/": #"{"name": "registry.example/team/other"}"#,
        "PATCH /api/repo/v1/[namespace/]repository/(name)/": #"{"username": "u", "password": "p"}"#,
        "POST /api/repo/v1/[namespace/]verification/": #"{"name": "registry.example/team/image"}"#,
        "PATCH /api/repo/v1/[namespace/]registry/(host)/": #"{"is_trusted": true}"#,
        "POST /api/account/v1/user/": #"{"name": "zoe"}"#,
        "PATCH /api/account/v1/user/(name)/": #"{"is_disabled": true}"#,
        "POST /api/account/v1/organization/": #"{"name": "umbrella"}"#,
        "POST /api/account/v1/organization/(name)/member/": #"{"name": "dave", "permission": "read"}"#,
        "PATCH /api/account/v1/organization/(name)/member/(user)/": #"{"permission": "write"}"#,
        "POST /api/account/v1/[namespace/]robot/": #"{"name": "other", "permission": "read"}"#,
        "PATCH /api/account/v1/[namespace/]robot/(name)/": #"{"permission": "write"}"#,
        "POST /api/app/v1/[namespace/]service/": #"{"image": "registry.example/team/image", "name": "other"}"#,
        "PATCH /api/app/v1/[namespace/]service/(uuid)/": #"{"name": "other"}"#,
        "PUT /api/app/v1/agent/(name)/": AgentReports.report(process: "11234567-89ab-4def-8123-456789abcdef"),
        "POST /api/account/v1/apikey/(id)/renewal/": "{}",
        "POST /api/account/v1/apikey/": #"{"account": "acme+nightly"}"#,
    ]
}

extension RightsTable.Row: CustomTestStringConvertible {
    var testDescription: String { route }
}
