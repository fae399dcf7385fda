import FoundationEssentials

extension AgentReportBody {
    /// Reads a report strictly: one wrong member makes the whole report invalid. The error names the index of the service.
    package init(_ json: JSON) throws(BodyError) {
        let members = try Members(json, known: Self.knownMembers, what: "a report")
        instance = try members.text("instance", expected: "32 to 64 lower-case hexadecimal digits") {
            (32...64).contains($0.utf8.count) && $0.isLowerHexadecimal
        }
        process = try members.text("process", expected: "a UUID") { UUID(uuidString: $0)?.uuidString.lowercased() == $0.lowercased() }
        sequence = try members.number("sequence", from: 1)
        engine = try members.choice("engine")
        hash = try members.text("hash", expected: "64 lower-case hexadecimal digits") { $0.utf8.count == 64 && $0.isLowerHexadecimal }
        services = try members.services()
    }

    private static let knownMembers = ["instance", "process", "sequence", "engine", "hash", "services"]

    /// The maximum length of names of services and stacks, and of digests, in characters.
    package static let maximumName = 255
    /// The maximum length of names of images, in characters.
    package static let maximumImageName = 1024

    package static func isName(_ text: String, maximum: Int) -> Bool {
        (1...maximum).contains(text.unicodeScalars.count) && !text.unicodeScalars.contains(where: isControl)
    }

    /// Whether a character is a control character or an invisible one that separates lines or changes the direction of text.
    package static func isControl(_ character: Unicode.Scalar) -> Bool {
        switch character.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension AgentReportBody.Service {
    init(_ json: JSON) throws(BodyError) {
        let members = try Members(json, known: CodingKeys.allCases.map(\.rawValue), what: "a service")
        name = try members.name("name")
        stack = try members.has("stack") ? members.name("stack") : nil
        kind = try members.choice("kind")
        imageName = try members.name("image_name", maximum: AgentReportBody.maximumImageName)
        imageDigest = try members.has("image_digest") ? members.name("image_digest") : nil
        state = try members.choice("state")
        currentNumContainers = try members.number("current_num_containers", from: 0)
        runningNumContainers = try members.number("running_num_containers", from: 0)
        targetNumContainers = try members.has("target_num_containers") ? members.number("target_num_containers", from: 0) : nil
        deployed = try members.has("deployed_datetime") ? members.date("deployed_datetime") : nil
        guard runningNumContainers <= currentNumContainers else {
            throw .invalidValue(member: "running_num_containers", expected: "at most 'current_num_containers'")
        }
    }
}

/// The members of an object, read by their names. `null` counts as absent.
private struct Members {
    private let values: [String: JSON]

    /// Rejects unknown members.
    init(_ json: JSON, known: [String], what: String) throws(BodyError) {
        var values: [String: JSON] = [:]
        for (name, value) in try json.members() {
            guard known.contains(name) else {
                throw .unknownMember(name, known: "\(what) has the members \(known.joined(separator: ", "))")
            }
            values[name] = value == .null ? nil : value
        }
        self.values = values
    }

    func has(_ member: String) -> Bool { values[member] != nil }

    func text(_ member: String, expected: String, isValid: (String) -> Bool) throws(BodyError) -> String {
        guard let text = try values[member]?.text(of: member) else { throw .missingMember(member) }
        guard isValid(text) else { throw .invalidValue(member: member, expected: expected) }
        return text
    }

    func name(_ member: String, maximum: Int = AgentReportBody.maximumName) throws(BodyError) -> String {
        try text(member, expected: "1 to \(maximum) characters without control characters") { text in
            AgentReportBody.isName(text, maximum: maximum)
        }
    }

    func date(_ member: String) throws(BodyError) -> String {
        try text(member, expected: "a date like 'Mon, 13 Oct 2014 11:01:43 +0000'") { InternetDate(parsing: $0) != nil }
    }

    func number(_ member: String, from minimum: Int) throws(BodyError) -> Int {
        guard let number = try values[member]?.wholeNumber(of: member) else { throw .missingMember(member) }
        guard (minimum...Int(Int32.max)).contains(number) else {
            throw .invalidValue(member: member, expected: "a number from \(minimum) to \(Int32.max)")
        }
        return number
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ member: String) throws(BodyError) -> Choice {
        guard let choice = Choice(rawValue: try text(member, expected: "") { _ in true }) else {
            let choices = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw .invalidValue(member: member, expected: "one of \(choices)")
        }
        return choice
    }

    func services() throws(BodyError) -> [AgentReportBody.Service]? {
        guard let value = values["services"] else { return nil }
        guard case .array(let elements) = value else {
            throw .wrongType(member: "services", expected: "an array of objects", found: value.kind)
        }
        guard elements.count <= AgentReportBody.maximumServices else {
            throw .invalidValue(member: "services", expected: "an array of at most \(AgentReportBody.maximumServices) services")
        }
        var services: [AgentReportBody.Service] = []
        services.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do { services.append(try AgentReportBody.Service(element)) } catch { throw error.prefixed(by: "services[\(index)].") }
        }
        return services
    }
}

extension String {
    fileprivate var isLowerHexadecimal: Bool {
        utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}
