import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("Retention of actions")
struct RetentionTests {
    @Test("Old actions are deleted at one day's worth per hour, in small steps, also across restarts")
    func pace() async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record((0..<100).map { 30 - 0.1 * Double($0) - 0.001 } + [0], on: backend)
        var left: [Int] = []
        for hour in 0..<4 {
            for _ in 0..<2 {
                let retention = RetentionScene.retention(backend)
                for _ in 0..<3 {
                    try await retention.run()
                    backend.clock.advance(by: 60)
                }
                try await retention.finish()
            }
            left.append(try await RetentionScene.count(backend))
            guard hour < 3 else { continue }
            let retention = RetentionScene.retention(backend)
            try await retention.run()
            backend.clock.advance(by: 3600)
            try await retention.finish()
        }
        #expect(left == [91, 81, 71, 61])
    }

    @Test(
        "Restarts with a clock that is set ahead by 20 hours each delete nothing that is younger than the retention", arguments: [0, 3600])
    func stepsAtStarts(running: TimeInterval) async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([12, 11.5] + stride(from: 7, to: 0, by: -0.5), on: backend)
        for number in 0..<50 {
            backend.clock.jump(by: number == 0 ? 0 : 20 * 3600)
            let retention = RetentionScene.retention(backend)
            try await retention.run()
            backend.clock.advance(by: running)
            try await retention.run()
            // Their dates agree with the clock.
            try await RetentionScene.record([0], on: backend)
            try await retention.finish()
        }
        #expect(try await RetentionScene.count(backend) == 14 + 50)
    }

    @Test("Steps ahead of 20 hours while the server runs, and back, delete nothing that is younger than the retention", arguments: [1, -1])
    func stepsWhileRunning(back: Double) async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([2, 1, 0], on: backend)
        let retention = RetentionScene.retention(backend)
        for number in 0..<100 {
            try await retention.run()
            backend.clock.jump(by: (number.isMultiple(of: 2) ? 1 : back) * 20 * 3600)
            try await RetentionScene.record([0], on: backend)
            backend.clock.advance(by: 1800)
        }
        #expect(try await RetentionScene.count(backend) == 3 + 100)
    }

    @Test("Actions that were recorded while the clock was ahead are retained with all others when it is corrected")
    func corrected() async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([9, 5, 0], on: backend)
        let retention = RetentionScene.retention(backend)
        try await retention.run()
        backend.clock.jump(by: 400 * RetentionScene.day)
        for _ in 0..<5 {
            try await RetentionScene.record([0], on: backend)
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        backend.clock.jump(by: -400 * RetentionScene.day)
        try await retention.run()
        try await retention.finish()
        try await RetentionScene.retention(backend).run()
        #expect(try await RetentionScene.count(backend) == 8)
    }

    @Test("A server that was off for a month deletes old actions by the time before, and by the present date after a day")
    func longOff() async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.record([10.5, 9.5, 0], on: backend)
        let first = RetentionScene.retention(backend)
        try await first.run()
        try await first.finish()
        #expect(try await RetentionScene.count(backend) == 2)
        backend.clock.jump(by: 30 * RetentionScene.day)
        try await RetentionScene.record([0], on: backend)
        let retention = RetentionScene.retention(backend, log)
        var left: [Int] = []
        for hour in 0..<26 {
            try await retention.run()
            if [10, 13, 23, 25].contains(hour) { left.append(try await RetentionScene.count(backend)) }
            backend.clock.advance(by: 3600)
        }
        #expect(left == [3, 2, 2, 1])
        #expect(log.lines.count == 2 && log.text.contains("the server was off for more than a day"), "\(log.text)")
    }

    @Test(
        "A server that is restarted each hour deletes actions at the retention, and one that is off for longer than it runs later",
        arguments: [(60, 28...32), (16 * 3600, 60...109)] as [(TimeInterval, ClosedRange<Int>)])
    func restarts(off: TimeInterval, left: ClosedRange<Int>) async throws {
        let backend = try await TestBackend()
        for number in 0..<900 {
            let retention = RetentionScene.retention(backend)
            try await retention.run()
            // Ten days have thirty actions. There are 113 in total.
            if number.isMultiple(of: 8) { try await RetentionScene.record([0], on: backend) }
            backend.clock.advance(by: 3600)
            try await retention.run()
            try await retention.finish()
            backend.clock.jump(by: off)
        }
        let count = try await RetentionScene.count(backend)
        #expect(left.contains(count), "\(count)")
    }

    @Test(
        "A clock that is 400 days ahead deletes nothing, whether it jumped while the server was running or stopped",
        arguments: [true, false])
    func ahead(isRunning: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.record([2, 1, 0], on: backend)
        var retention = RetentionScene.retention(backend, log)
        try await retention.run()
        if !isRunning {
            try await retention.finish()
            retention = RetentionScene.retention(backend, log)
        }
        backend.clock.jump(by: 400 * RetentionScene.day)
        for _ in 0..<22 {
            try await retention.run()
            backend.clock.advance(by: 3600)
        }
        #expect(try await RetentionScene.count(backend) == 3)
        #expect(log.lines.count == 1)
        let expected = [
            "warning the clock jumped", "--confirm-clock 2015-11-17", "from=2014-10-13T", "to=2015-11-17T", "until=2015-11-18T",
        ]
        for text in expected { #expect(log.text.contains(text), "\(log.text)") }
        for _ in 0..<3 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await RetentionScene.count(backend) < 3)
        #expect(log.lines.last == "notice the clock was steady for a day: old actions are deleted by its date again")
    }

    @Test("Actions that were recorded after the clock jumped are no evidence for the clock")
    func recordedAfterJump() async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([2, 1, 0], on: backend)
        let retention = RetentionScene.retention(backend)
        try await retention.run()
        backend.clock.jump(by: 400 * RetentionScene.day)
        try await RetentionScene.record([0, 0], on: backend)
        try await retention.run()
        try await retention.finish()
        for _ in 0..<5 {
            let next = RetentionScene.retention(backend)
            try await next.run()
            try await next.finish()
        }
        #expect(try await RetentionScene.count(backend) == 5)
    }

    @Test("A clock that is set back deletes nothing, until it is correct again")
    func back() async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.record([20, 0], on: backend)
        let retention = RetentionScene.retention(backend, log)
        backend.clock.jump(by: -400 * RetentionScene.day)
        try await retention.run()
        backend.clock.advance(by: 3600)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == 2)
        backend.clock.jump(by: 400 * RetentionScene.day)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == 1)
        #expect(log.lines.count == 2 && log.lines.last?.hasPrefix("notice the clock returned") == true, "\(log.text)")
    }

    @Test(
        "An administrator confirms the clock with today's date only",
        arguments: [(0, true), (-1, false), (1, false), (-2, false), (2, false), (-400, false)])
    func confirmation(days: Double, isConfirmed: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.record([2, 1, 0], on: backend)
        try await RetentionScene.retention(backend).run()
        backend.clock.jump(by: 400 * RetentionScene.day)
        let today = Date(
            timeIntervalSince1970: (backend.clock.clock.now().timeIntervalSince1970 / RetentionScene.day).rounded(.down)
                * RetentionScene.day)
        let retention = RetentionScene.retention(backend, log, confirming: today + days * RetentionScene.day)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == (isConfirmed ? 2 : 3), "the first day's worth")
        #expect(log.text.contains("the clock was confirmed") == isConfirmed)
        #expect(log.text.contains("--confirm-clock names another date") == !isConfirmed)
    }

    @Test("A confirmation applies to one start only")
    func laterJump() async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([2, 1, 0], on: backend)
        let retention = RetentionScene.retention(backend, confirming: backend.clock.clock.now() + 400 * RetentionScene.day)
        try await retention.run()
        backend.clock.jump(by: 400 * RetentionScene.day)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == 3)
    }

    @Test("In a store without a record, actions are old relative to the newest one", arguments: [(0.5, 2), (2, 2), (11, 3), (400, 3)])
    func upgrade(age: Double, left: Int) async throws {
        let backend = try await TestBackend()
        try await RetentionScene.record([age + 10.1, age + 9.9, age], on: backend)
        try await RetentionScene.retention(backend).run()
        #expect(try await RetentionScene.count(backend) == left)
    }

    @Test(
        "If even the newest action is older than the retention, nothing is deleted until the server has run for a day or the clock is confirmed",
        arguments: [false, true])
    func oldTrail(isConfirmed: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.retention(backend).finish()
        let first = RetentionScene.retention(backend)
        try await first.run()
        try await first.finish()
        try await RetentionScene.record([402, 401, 400], on: backend)
        let retention = RetentionScene.retention(backend, log, confirming: isConfirmed ? backend.clock.clock.now() : nil)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == (isConfirmed ? 2 : 3))
        #expect(log.text.contains("the newest action is more than a day old") == !isConfirmed)
        for _ in 0..<23 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await RetentionScene.count(backend) == (isConfirmed ? 0 : 3))
        #expect(log.lines.count <= 1)
        for _ in 0..<2 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await RetentionScene.count(backend) == (isConfirmed ? 0 : 1))
    }

    @Test(
        "Before the clock was steady for a day, actions are deleted only if they are older than the newest one by the retention",
        arguments: [
            ([19.4, 9.5], 2), ([19.6, 9.5], 1), ([19.6, 19.4, 9.5], 2), ([20.4, 20.1, 10.5], 3), ([10.9, 10.8, 1], 3), ([10.1, 9.9, 0], 2),
        ] as [([Double], Int)])
    func relativeAge(ages: [Double], left: Int) async throws {
        let backend = try await TestBackend()
        try await RetentionScene.retention(backend).finish()
        let first = RetentionScene.retention(backend)
        try await first.run()
        try await first.finish()
        try await RetentionScene.record(ages, on: backend)
        let retention = RetentionScene.retention(backend)
        for _ in 0..<20 {
            try await retention.run()
            backend.clock.advance(by: 60)
        }
        #expect(try await RetentionScene.count(backend) == left)
    }
}
