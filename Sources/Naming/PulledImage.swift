/// The image of a container, as its engine names it: the path of the image at the gateway (``GatewayName``) if it was pulled through it.
package struct PulledImage: Hashable, Sendable {
    /// The image; for a path at the gateway, that of the repository behind it.
    package let reference: ImageReference
    /// The namespace in a path at the gateway; nil if there is none.
    package let namespace: NamespaceName?

    /// - Parameter gateways: the authorities of the gateway.
    package init(parsing text: some StringProtocol, through gateways: Set<RegistryAuthority>) throws(NamingError) {
        let written = try ImageReference(parsing: text)
        guard gateways.contains(written.repository.authority), let name = GatewayName(parsing: written.repository.path) else {
            reference = written
            namespace = nil
            return
        }
        reference = ImageReference(repository: name.repository, tag: written.tag, digest: written.digest)
        namespace = name.namespace
    }
}
