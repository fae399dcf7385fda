/// The body of a request that verifies a repository again.
package struct VerificationRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var push: Bool?

    package init(name: String?, push: Bool?) {
        self.name = name
        self.push = push
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch name {
            case "name": self.name = try value.text(of: name)
            case "push": push = try value.flag(of: name)
            default: throw .unknownMember(name, known: "a verification takes name and push")
            }
        }
    }
}
