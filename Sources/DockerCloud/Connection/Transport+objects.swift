import FoundationEssentials
import Wire

extension Transport {
    /// Sends a request and decodes the object in the response.
    func object<Value: CloudObject>(_ call: ClientRequest) async throws(DockerCloudError) -> Value {
        let response = try await send(call)
        return try Value(json: response.json(), requestID: response.requestID)
    }

    /// The list at a path. Sends no request.
    func list<Value: CloudObject>(_ path: APIPath, _ query: QueryItems) throws(DockerCloudError) -> Listing<Value> {
        Listing(transport: self, first: try ClientRequest(.get, path, query: query)) { json, requestID throws(DockerCloudError) in
            Received(try Value(json: json, requestID: requestID), object: Value.redacted(json))
        }
    }
}
