import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

@Suite struct DoctorTests {
    @Test func `Every check that was made has one finding, in order, and is not called unchecked`() {
        let diagnosis = Diagnosis(of: .healthy(), for: .usual)
        #expect(diagnosis.findings.map(\.check) == Examination.Check.allCases.filter { $0 != .notChecked })
        #expect(diagnosis.reason == nil && diagnosis.isAllWell)
    }

    @Test(arguments: [
        ("3.5.4", StopReason?.some(.endpointMissing), Diagnosis.Level.problem, "came with 3.6"),
        ("3.6.0", nil, .note, "without saying why"), ("5.1.2", nil, .note, "without saying why"),
        ("5.2", nil, .ok, "7.0 removes it"), ("6.13.1", nil, .ok, "7.0 removes it"),
        ("7.0.0-rc.1", .versionTooNew, .problem, "removed in 7.0"),
        ("8.5", .versionTooNew, .problem, "before the upgrade"),
    ])
    func `The version decides whether anything can be moved`(
        version: String, reason: StopReason?, level: Diagnosis.Level, sentence: String
    ) throws {
        let diagnosis = Diagnosis(of: try .healthy(version: version), for: .usual)
        let finding = try #require(diagnosis[.version])
        #expect(finding.level == level && finding.found.contains(sentence), "\(finding)")
        #expect(diagnosis.reason == reason)
        #expect((finding.advice != nil) == (level == .problem))
    }

    @Test(arguments: [
        ("6.5", ["livechat-monitor"], Diagnosis.Level.ok, "the caller has change-livechat-room-visitor"),
        ("6.4", ["livechat-manager"], .note, "livechat-manager has it by default"),
        ("6.4", ["user", "livechat-agent"], .note, "livechat-agent has it by default"),
        ("5.4", ["livechat-monitor"], .warning, "no role of the caller has it by default"),
        ("6.4", [], .warning, "no role of the caller has it by default"),
    ])
    func `Up to 6.4 the probe cannot show the permission, and the roles are the next best thing`(
        version: String, roles: [String], level: Diagnosis.Level, sentence: String
    ) throws {
        var examination = try Examination.healthy(version: version)
        examination.caller?.roles = roles
        let finding = try #require(Diagnosis(of: examination, for: .usual)[.endpoint])
        #expect(finding.level == level && finding.found.contains(sentence), "\(finding)")
        #expect((level == .ok) != finding.found.contains("cannot be tested without moving a room"))
    }

    @Test(arguments: [
        ("6.2", "cannot refuse"), ("6.3", "lets deprecated endpoints"), ("6.13", "lets deprecated endpoints"),
    ])
    func `The switch that refuses deprecated endpoints works from 6.3 on`(version: String, sentence: String) throws {
        let finding = Diagnosis(of: try .healthy(version: version), for: .usual)[.deprecationSwitch]
        #expect(finding?.level == .ok)
        #expect(finding?.found.contains(sentence) == true)
    }

    @Test(arguments: [
        (StopReason.serverUnreachable, Examination.Check.server, "--ca-file"),
        (.notRocketChat, .server, "without /api"), (.proxyRefused, .server, "proxy"),
        (.credentialsRejected, .credentials, "personal access token"),
        (.permissionMissing, .endpoint, "change-livechat-room-visitor"),
        (.endpointMissing, .endpoint, "the clean-up belongs before that"),
        (.deprecationThrows, .deprecationSwitch, "ROCKET_CHAT_DEPRECATION_THROW_ERRORS_FOR_VERSIONS_UNDER"),
        (.serverUnreachable, .room, "firewall"),
    ])
    func `A stop ends the list with a problem, what to do about it, and what was not checked`(
        reason: StopReason, check: Examination.Check, advice: String
    ) throws {
        var examination = try Examination.healthy(upTo: check)
        examination.interruption = Examination.Interruption(at: check, Stop(reason, "what was seen"))
        let diagnosis = Diagnosis(of: examination, for: .usual)
        #expect(diagnosis.reason == reason)
        let problem = try #require(diagnosis.findings.dropLast().last)
        #expect(problem.check == check && problem.level == .problem && problem.found == "what was seen")
        #expect(problem.advice?.contains(advice) == true, "\(problem)")
        #expect(diagnosis.findings.count { $0.level == .problem } == 1)
        let last = try #require(diagnosis[.notChecked])
        let later = Examination.Check.allCases.drop { $0 != check }.dropFirst().dropLast().map(\.rawValue)
        #expect(last.found.hasSuffix(later.joined(separator: ", ")), "\(last)")
    }

    @Test func `The first problem is the reason, and the endpoint that is gone comes before a token that is wrong`()
        throws
    {
        var examination = try Examination.healthy(version: "7.0", upTo: .credentials)
        examination.interruption = Examination.Interruption(at: .credentials, Stop(.credentialsRejected, "no"))
        let diagnosis = Diagnosis(of: examination, for: .usual)
        #expect(diagnosis.reason == .versionTooNew)
        #expect(diagnosis.findings.count { $0.level == .problem } == 2)
    }

    @Test(arguments: [
        ("6.2", Diagnosis.Level.note, "came with 6.3"), ("6.3", .ok, "3 custom fields are defined"),
        ("6.13", .ok, "can be used"), ("7.0", .note, "from 7.0 on no call gives a room another visitor"),
    ])
    func `Whether a merge can be made to last is said with the version`(
        version: String, level: Diagnosis.Level, sentence: String
    ) throws {
        let finding = try #require(Diagnosis(of: try .healthy(version: version), for: .usual)[.contacts])
        #expect(finding.level == level && finding.found.contains(sentence), "\(finding)")
        #expect((version == "7.0") == (finding.advice?.contains("Never repeat deletions") == true))
        var denied = Examination.healthy()
        denied.customFields = .denied("no")
        #expect(Diagnosis(of: denied, for: .usual)[.contacts]?.level == .warning)
    }

    @Test func `Denied reads are warnings with what to do, and a run can begin`() throws {
        var examination = Examination.healthy()
        examination.rooms = .denied("needs view-livechat-rooms")
        examination.room = nil
        examination.history = nil
        let diagnosis = Diagnosis(of: examination, for: .usual)
        #expect(diagnosis.reason == nil && !diagnosis.isAllWell)
        #expect(diagnosis[.roomList]?.level == .warning)
        #expect(diagnosis[.roomList]?.advice?.contains("room line as anchor") == true)
        #expect(diagnosis[.notChecked]?.found == "not checked: rooms.info, visitors.chatHistory")

        examination = .healthy()
        examination.room = .denied("no")
        examination.history = .denied("no")
        let other = Diagnosis(of: examination, for: .usual)
        #expect(other[.room]?.level == .warning && other[.history]?.level == .warning)
    }

    @Test func `A workspace without rooms leaves the reads of a room unchecked`() throws {
        var examination = Examination.healthy()
        examination.rooms = .granted(RoomPage(rooms: [], offset: 0, total: 0))
        examination.room = nil
        examination.history = nil
        let diagnosis = Diagnosis(of: examination, for: .usual)
        #expect(diagnosis[.roomList]?.found.contains("there is none") == true)
        #expect(diagnosis[.notChecked]?.level == .note && diagnosis.isAllWell)
    }

    @Test(arguments: [
        (0.4, Diagnosis.Level.ok, "agrees"), (-2.0, .ok, "agrees"), (2.6, .warning, "3 s ahead of"),
        (300.2, .warning, "5 min ahead of"), (-7200.0, .warning, "2 h behind"),
    ])
    func `Two seconds of clock difference mean nothing`(lead: Double, level: Diagnosis.Level, sentence: String) throws {
        var examination = Examination.healthy()
        examination.samples = examination.samples.map { sample in
            Examination.Sample(roundTrip: sample.roundTrip, clockLead: .seconds(lead))
        }
        let finding = try #require(Diagnosis(of: examination, for: .usual)[.clock])
        #expect(finding.level == level && finding.found.contains(sentence), "\(finding)")
        #expect((finding.advice?.contains("is not affected") ?? false) == (level == .warning))
    }

    @Test func `The lead of the server's clock is measured in the middle of the round trip`() throws {
        let reply = Reply<Room>(
            meaning: .notOwner, status: 400, serverDate: Timestamp(milliseconds: 100_000), duration: .seconds(2))
        let sample = try #require(Examination.Sample(of: reply, arrivedAt: Timestamp(milliseconds: 91_500)))
        #expect(sample.clockLead == .seconds(10))
        let unanswered = Reply<Room>(meaning: .notSent(.connectionFailed, "no"))
        #expect(Examination.Sample(of: unanswered, arrivedAt: Timestamp(milliseconds: 0)) == nil)
    }

    @Test(arguments: [
        ([String?](), Diagnosis.Level?.none, String?.none), ([nil], nil, nil), (["a", "a"], .ok, "one server process"),
        (["a", "b", nil, "a"], .warning, "2 server processes"),
    ])
    func `Several server processes make the limit vary`(
        instances: [String?], level: Diagnosis.Level?, sentence: String?
    ) {
        var examination = Examination.healthy()
        examination.samples = instances.map { Examination.Sample(roundTrip: .milliseconds(5), instance: $0) }
        let finding = Diagnosis(of: examination, for: .usual)[.instances]
        #expect(finding?.level == level)
        #expect(sentence.map { finding?.found.contains($0) == true } ?? true)
    }

    @Test(arguments: [
        ("https://chat.example.org", Examination.Connection.encrypted), ("http://127.0.0.1:3000", .loopback),
        ("http://localhost/chat", .loopback), ("http://chat.example.org", .readable),
    ])
    func `Plain http is harmless on this machine alone`(address: String, connection: Examination.Connection) throws {
        let parsed = try ServerAddress(parsing: address, allowInsecureHTTP: true)
        #expect(Examination.Connection(parsed) == connection)
        let examination = Examination(address: address, connection: connection)
        let finding = Diagnosis(of: examination, for: .usual)[.server]
        #expect(finding?.level == (connection == .readable ? .warning : .ok))
    }
}

extension Diagnosis {
    subscript(check: Examination.Check) -> Finding? { findings.first { $0.check == check } }
}

extension Workload {
    static let usual = Workload(moves: 1000, rate: .auto, concurrency: 8, openRooms: .move)
}

extension Examination {
    private static let current = ServerVersion(parsing: "6.9")

    /// What a manager sees of a server with the default limit.
    static func healthy() -> Examination {
        var examination = Examination(address: "https://chat.example.org", connection: .encrypted)
        let room = Room(id: RoomID("room"), visitor: VisitorID("visitor"))
        examination.version = current
        examination.caller = Caller(id: "id", username: "mgr", roles: ["livechat-manager"])
        examination.probe = Probe(
            window: RateWindow(limit: 10, remaining: 9, reset: Timestamp(milliseconds: 60_000)),
            serverDate: Timestamp(milliseconds: 0))
        examination.rooms = .granted(RoomPage(rooms: [room], offset: 0, total: 7))
        examination.room = .granted(room)
        examination.history = .granted(RoomPage(rooms: [room], offset: 0, total: 1))
        examination.customFields = .granted(CustomFieldPage(fields: [], total: 3))
        examination.samples = [10, 30, 20].map {
            Sample(roundTrip: .milliseconds($0), clockLead: .zero, instance: "one")
        }
        return examination
    }

    /// The same of another version, or cut off before a check.
    static func healthy(version: String = "6.9", upTo check: Check = .notChecked) throws -> Examination {
        var examination = healthy()
        let parsed: ServerVersion = try #require(ServerVersion(parsing: version))
        examination.version = parsed
        let isAsked: (Check) -> Bool = { asked in
            Check.allCases.drop { $0 != asked }.contains(check) && asked != check
        }
        if !isAsked(.version) { examination.version = nil }
        if !isAsked(.credentials) { examination.caller = nil }
        if !isAsked(.endpoint) || check == .deprecationSwitch || examination.version?.hasEndpoint == false {
            examination.probe = nil
        }
        if !isAsked(.roomList) { examination.rooms = nil }
        if !isAsked(.room) { examination.room = nil }
        if !isAsked(.history) { examination.history = nil }
        if !isAsked(.contacts) || examination.version?.replacesContacts != true { examination.customFields = nil }
        return examination
    }
}
