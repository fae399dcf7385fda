import Wire

/// A value that the server sends as an object of JSON.
protocol CloudObject: Sendable {
    init(json: JSON, requestID: String?) throws(DockerCloudError)
}

extension Transport {
    /// Sends a call that one object answers.
    func object<Value: CloudObject>(_ call: ClientRequest) async throws(DockerCloudError) -> Value {
        let answer = try await send(call)
        return try Value(json: answer.json(), requestID: answer.requestID)
    }

    /// The list at a path; nothing is sent yet.
    func list<Value: CloudObject>(_ path: APIPath, _ query: QueryItems) throws(DockerCloudError) -> Listing<Value> {
        Listing(transport: self, first: try ClientRequest(.get, path, query: query), read: Value.init(json:requestID:))
    }
}
