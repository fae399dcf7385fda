/// The header fields that are this API's own.
package enum Header {
    /// The resource URI of the action that a call was recorded as.
    package static let actionURI = "X-DockerCloud-Action-URI"
    package static let requestID = "X-Request-Id"
}
