package import Domain
package import FoundationEssentials

/// Decides from values whether a report replaces the stored one.
package enum ReportAcceptance {
    /// - Parameters:
    ///   - stored: the agent with the name; nil if there is none.
    ///   - hasServices: whether the report contains its services, or refers to the stored ones by their hash.
    /// - Returns: the earlier runs of the same instance, oldest first.
    package static func replaced(
        by report: Agent.Report, withServices hasServices: Bool, of stored: Agent?
    ) throws(ReportRefusal) -> [UUID] {
        guard let stored else {
            guard hasServices else { throw .unknown }
            return []
        }
        let last = stored.report
        guard report.instance == last.instance else {
            guard last.isStale(at: report.ran) else { throw .nameTaken }
            guard hasServices else { throw .unknown }
            return []
        }
        // If the run that replaced this one is silent, this one reports again.
        guard !stored.replaced.contains(report.process) || last.isStale(at: report.ran) else { throw .outdated }
        // A report that is sent again, because its response was lost, has the same number.
        guard report.process != last.process || report.sequence >= last.sequence else { throw .outdated }
        // Another key may be restricted to other repositories, whose services were not stored.
        guard hasServices || (report.hash == last.hash && report.key == last.key) else { throw .unknown }
        guard report.process != last.process else { return stored.replaced }
        return Array((stored.replaced.filter { $0 != report.process } + [last.process]).suffix(Agent.maximumReplaced))
    }
}
