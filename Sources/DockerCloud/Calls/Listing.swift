import FoundationEssentials
import Wire

/// The objects of a list; a page is fetched when the one before it is used up.
public struct Listing<Element: Sendable>: AsyncSequence, Sendable {
    /// What fetching a page may fail with.
    public typealias Failure = DockerCloudError

    let transport: Transport
    let first: ClientRequest
    let read: @Sendable (_ object: JSON, _ requestID: String?) throws(DockerCloudError) -> Element

    /// Starts at the first page; nothing is sent yet.
    public func makeAsyncIterator() -> Iterator {
        Iterator(listing: self)
    }
}

extension Listing {
    /// A place in the list.
    public struct Iterator: AsyncIteratorProtocol {
        private let listing: Listing
        private var upcoming: ClientRequest?
        private var visited: Set<String> = []
        private var objects: ArraySlice<Element> = []
        /// How many objects the server has left out so far, because something else than the server changed their stored rows.
        public private(set) var omitted = 0

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
            let answer = try await listing.transport.send(call)
            let page = try ListPage(answer)
            var elements: [Element] = []
            for object in page.objects { elements.append(try listing.read(object, answer.requestID)) }
            objects = elements[...]
            omitted += page.meta.omitted ?? 0
            guard let next = page.meta.next else { return }
            guard !visited.contains(next) else {
                throw .invalidResponse(reason: "its next page is one that was there before", requestID: answer.requestID)
            }
            upcoming = try ClientRequest(nextPage: next)
        }
    }
}

/// A page whose objects are still as the server sent them.
private struct ListPage {
    let meta: PageMeta
    let objects: [JSON]

    init(_ answer: Answer) throws(DockerCloudError) {
        guard case .object(let members) = try answer.json(), case .array(let objects) = members["objects"],
            let meta = members["meta"]
        else { throw .invalidResponse(reason: "it is not a list", requestID: answer.requestID) }
        self.objects = objects
        self.meta = try meta.decoded(as: PageMeta.self, what: "a list", requestID: answer.requestID)
    }
}
