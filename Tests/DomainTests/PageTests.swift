import Domain
import Testing

@Suite("Pages of lists")
struct PageTests {
    @Test(
        "A total is exact, above the limit of counting, or unknown",
        arguments: [
            (10_000, false, 10_000, nil), (10_001, false, nil, 10_000), (10_001, true, 10_001, nil), (0, false, 0, nil),
            (nil, false, nil, nil),
        ] as [(Int?, Bool, Int?, Int?)])
    func totals(count: Int?, isExact: Bool, total: Int?, over: Int?) {
        let listing = Listing(items: [1], count: count, isExact: isExact, hasMore: true, cursor: "1").map { "\($0)" }
        #expect(listing.total == total && listing.totalOver == over)
        #expect(listing.items == ["1"] && listing.cursor == "1" && Page().map(listing.hasMore) == true)
    }
}
