/// The URLs that registries have their tokens made at.
package enum TokenRealms {
    /// Whether any registry could have its tokens made there.
    package static func isUsable(_ url: String) -> Bool { (try? TokenRealm.url(parsing: url)) != nil }
}
