import FoundationEssentials
import Wire

/// The dates of engines and of Kubernetes: RFC 3339 with up to nine digits after the second.
enum EngineDate {
    static func parse(_ text: String) -> Date? {
        WireCoding.timestamp(text).flatMap { $0.timeIntervalSince1970 > 0 ? $0 : nil }
    }
}
