import FoundationEssentials
import Wire

/// The objects of a list. Each page is fetched when the objects of the previous one are used up.
public struct Listing<Element: Sendable>: AsyncSequence, Sendable {
    /// The error of a failed request for a page.
    public typealias Failure = DockerCloudError

    let transport: Transport
    let first: ClientRequest
    let read: @Sendable (_ object: JSON, _ requestID: String?) throws(DockerCloudError) -> Received<Element>

    /// Starts at the first page. Sends no request.
    public func makeAsyncIterator() -> Iterator {
        Iterator(listing: self)
    }
}

extension Listing {
    /// The same list, with the objects that the server sent.
    package var received: Listing<Received<Element>> {
        Listing<Received<Element>>(transport: transport, first: first) { [read] json, requestID throws(DockerCloudError) in
            let element = try read(json, requestID)
            return Received(element, object: element.object)
        }
    }
}

extension Listing {
    /// A position in the list.
    public struct Iterator: AsyncIteratorProtocol {
        private let listing: Listing
        private var upcoming: ClientRequest?
        private var visited: Set<String> = []
        private var objects: ArraySlice<Element> = []
        /// The number of objects that the server omitted so far because their stored rows were changed outside the server.
        public private(set) var omitted = 0
        /// The number of objects on all pages, according to the latest page; nil before the first page, and if the server did not count
        /// all of them.
        public private(set) var totalCount: Int?

        fileprivate init(listing: Listing) {
            self.listing = listing
            upcoming = listing.first
        }

        /// The next object, or nil at the end.
        public mutating func next() async throws(DockerCloudError) -> Element? {
            while objects.isEmpty, let call = upcoming {
                upcoming = nil
                visited.insert(call.target)
                try await fetch(call)
            }
            return objects.popFirst()
        }

        private mutating func fetch(_ call: ClientRequest) async throws(DockerCloudError) {
            let response = try await listing.transport.send(call)
            let page = try ListPage(response)
            var elements: [Element] = []
            for object in page.objects { elements.append(try listing.read(object, response.requestID).value) }
            objects = elements[...]
            omitted += page.meta.omitted ?? 0
            totalCount = page.meta.totalCount
            guard let next = page.meta.next else { return }
            guard !visited.contains(next) else {
                throw .invalidResponse(reason: "its next page was already fetched", requestID: response.requestID)
            }
            upcoming = try ClientRequest(nextPage: next)
        }
    }
}

/// A page with undecoded objects.
private struct ListPage {
    let meta: PageMeta
    let objects: [JSON]

    init(_ response: Response) throws(DockerCloudError) {
        guard case .object(let members) = try response.json(), case .array(let objects) = members["objects"],
            let meta = members["meta"]
        else { throw .invalidResponse(reason: "it is not a list", requestID: response.requestID) }
        self.objects = objects
        self.meta = try meta.decoded(as: PageMeta.self, what: "a list", requestID: response.requestID)
    }
}
