import Foundation
import Testing
import Wire

@Suite("The report of an agent")
struct AgentReportBodyTests {
    private static let service =
        #"{"name":"web","kind":"compose","image_name":"registry.local/team/app:v1","state":"Running","#
        + #""current_num_containers":2,"running_num_containers":1}"#

    private static func report(_ member: String? = nil, _ value: String = "", services: String? = "[\(service)]") -> String {
        var members = [
            "instance": "\"\(String(repeating: "a1", count: 16))\"", "process": "\"5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e\"",
            "sequence": "1", "engine": "\"docker\"", "hash": "\"\(String(repeating: "0f", count: 32))\"",
        ]
        members["services"] = services
        if let member { members[member] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private static func report(serviceMember member: String, _ value: String) -> String {
        report(services: "[\(service),\(service.dropLast()),\"\(member)\":\(value)}]")
    }

    private func read(_ text: String) throws -> AgentReportBody {
        try AgentReportBody(JSONReader.read(Array(text.utf8)))
    }

    @Test("An encoded report is read as itself, with and without services")
    func roundTrip() throws {
        let services = AgentReportBody.Service.State.allCases.map { state in
            AgentReportBody.Service(
                name: "wéb", stack: "shop", kind: .swarm, imageName: "registry.local:5000/a/b:v1@sha256:00",
                imageDigest: "sha256:00", state: state, currentNumContainers: 3, runningNumContainers: 3, targetNumContainers: 0,
                deployed: "Mon, 30 Nov 2026 09:00:00 +0000")
        }
        for services in [nil, [], services] {
            let report = AgentReportBody(
                instance: String(repeating: "0a", count: 32), process: UUID().uuidString, sequence: 7, engine: .kubernetes,
                hash: String(repeating: "9", count: 64), services: services)
            #expect(try AgentReportBody(JSONReader.read([UInt8](WireCoding.encode(report)))) == report)
        }
    }

    @Test("Optional members of a report may be absent or null")
    func absent() throws {
        #expect(try read(Self.report(services: nil)).services == nil)
        #expect(try read(Self.report("services", "null")).services == nil)
        let service = try #require(try read(Self.report()).services?.first)
        #expect(service.stack == nil && service.imageDigest == nil && service.targetNumContainers == nil && service.deployed == nil)
        #expect(try read(Self.report(serviceMember: "stack", "null")).services?.last?.stack == nil)
    }

    @Test(
        "A report without a required member is refused",
        arguments: ["instance", "process", "sequence", "engine", "hash"])
    func missing(_ member: String) throws {
        #expect(throws: BodyError.missingMember(member)) { try read(Self.report(member, "null")) }
    }

    @Test(
        "A wrong value in a report is refused by the name of its member",
        arguments: [
            ("instance", #""abc""#), ("instance", "\"\(String(repeating: "A", count: 32))\""),
            ("instance", "\"\(String(repeating: "0", count: 65))\""), ("process", #""1""#), ("sequence", "0"), ("sequence", "-1"),
            ("sequence", "2147483648"), ("engine", #""Docker""#), ("hash", #""00""#), ("hash", "\"\(String(repeating: "g", count: 64))\""),
        ])
    func invalid(_ member: String, _ value: String) throws {
        let error = try #require(throws: BodyError.self) { try read(Self.report(member, value)) }
        guard case .invalidValue(member, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.hasPrefix("The member '\(member)' must be "))
    }

    @Test(
        "A wrong value in a service is refused with the index of the service",
        arguments: [
            ("stack", #""""#), ("stack", #""a\nb""#), ("stack", "\"\(String(repeating: "a", count: 256))\""),
            ("stack", #""a\u202eb""#), ("stack", "1"), ("image_digest", #""""#), ("target_num_containers", "-1"),
            ("target_num_containers", "1.5"), ("deployed_datetime", #""2026-11-30T09:00:00Z""#), ("uuid", #""x""#),
        ])
    func invalidService(_ member: String, _ value: String) throws {
        let error = try #require(throws: BodyError.self) { try read(Self.report(serviceMember: member, value)) }
        #expect(error.description.contains("'services[1].\(member)'"), "\(error)")
    }

    @Test("A service that is no object is refused with its index", arguments: ["1", "null", "[]", #""web""#])
    func notAService(_ value: String) throws {
        let error = try #require(throws: BodyError.self) { try read(Self.report(services: "[\(value)]")) }
        #expect(error.description.hasPrefix("The member 'services[0]' must be an object, not "))
    }

    @Test("A service has no more running containers than containers")
    func counts() throws {
        let service = Self.service.replacing(#""running_num_containers":1"#, with: #""running_num_containers":3"#)
        let error = try #require(throws: BodyError.self) { try read(Self.report(services: "[\(service)]")) }
        #expect(error.description.contains("'services[0].running_num_containers'"))
    }

    @Test("A report has at most 10,000 services")
    func many() throws {
        func services(_ count: Int) -> String { "[\(repeatElement(Self.service, count: count).joined(separator: ","))]" }
        #expect(try read(Self.report(services: services(10_000))).services?.count == 10_000)
        let error = try #require(throws: BodyError.self) { try read(Self.report(services: services(10_001))) }
        #expect(error.description == "The member 'services' must be an array of at most 10000 services")
    }

    @Test("A report with an unknown member is refused")
    func unknown() throws {
        let error = try #require(throws: BodyError.self) { try read(Self.report("password", "1")) }
        #expect(error.description.hasPrefix("Unknown member 'password': a report has the members instance, process"))
    }
}
