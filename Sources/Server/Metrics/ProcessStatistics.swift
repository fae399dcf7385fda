import FoundationEssentials
import Glibc

/// The use of the machine by this process, from `/proc`.
struct ProcessStatistics: Equatable {
    /// The processor time of all threads, in seconds.
    let cpuTime: Double
    /// In bytes.
    let virtualMemory: Int
    /// In bytes.
    let residentMemory: Int

    /// Parses `/proc/PID/stat` (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). The second field, the name of the program, may
    /// contain spaces and parentheses.
    ///
    /// - Parameters:
    ///   - tick: the unit of times, as a fraction of a second: 100 for hundredths.
    ///   - page: the size of a page of memory, in bytes.
    init?(parsing text: String, tick: Int, page: Int) {
        guard tick > 0, let end = text.lastIndex(of: ")") else { return nil }
        // From the third field on.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Int(fields[11]), let system = Int(fields[12]), let virtual = Int(fields[20]),
            let resident = Int(fields[21])
        else { return nil }
        cpuTime = Double(user + system) / Double(tick)
        virtualMemory = virtual
        residentMemory = resident * page
    }

    /// Those of this process; nil if they cannot be read.
    static func current() -> ProcessStatistics? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8) else { return nil }
        return ProcessStatistics(parsing: text, tick: sysconf(Int32(_SC_CLK_TCK)), page: sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The number of open file descriptors; nil if it cannot be read.
    static func openDescriptors() -> Int? {
        // One of them reads the folder.
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { $0.count - 1 }
    }
}
