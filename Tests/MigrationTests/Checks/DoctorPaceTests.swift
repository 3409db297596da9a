import Model
import RocketChat
import Testing

@testable import Migration

@Suite struct DoctorPaceTests {
    @Test(arguments: [
        (Int64(60_000), Int64(0), 9, 60.0), (60_999, 0, 9, 60.0), (58_200, 0, 9, 60.0), (10_500, 0, 9, 10.0),
        (120_000, 0, 9, 120.0), (20_000, 0, 5, 60.0), (90_000, 0, 5, 90.0), (0, 5_000, 9, 1.0),
    ])
    func `The first call of a window shows its length, any other only that it is not shorter`(
        reset: Int64, date: Int64, remaining: Int, seconds: Double
    ) {
        let window = RateWindow(limit: 10, remaining: remaining, reset: Timestamp(milliseconds: reset))
        let rate = Rate(window, serverDate: Timestamp(milliseconds: date))
        #expect(rate == Rate(count: 10, per: .seconds(seconds)))
    }

    @Test func `Without a date or a reset the window is the server's default`() {
        let window = RateWindow(limit: 25, remaining: 24)
        #expect(Rate(window, serverDate: Timestamp(milliseconds: 0)) == Rate(count: 25, per: .seconds(60)))
    }

    @Test(arguments: [
        ("auto", Rate?.some(Rate(count: 10, per: .seconds(60))), "10/min"), ("auto", nil, "10/s"),
        ("unlimited", nil, "nil"), ("unlimited", Rate(count: 10, per: .seconds(60)), "10/min"),
        ("5/s", Rate(count: 10, per: .seconds(60)), "10/min"), ("5/min", Rate(count: 10, per: .seconds(60)), "5/min"),
        ("5/s", nil, "5/s"),
    ])
    func `The slower of what was asked for and what the server allows is the rate`(
        setting: String, limit: Rate?, rate: String
    ) throws {
        var workload = Workload.usual
        workload.rate = try #require(RateSetting(setting))
        #expect((workload.rate(under: limit)?.description ?? "nil") == rate)
    }

    @Test(arguments: [
        (1000, "auto", Rate?.some(Rate(count: 10, per: .seconds(60))), 0.02, OpenRoomPolicy.defer, 6000.0, true),
        (600, "auto", nil, 0.02, .defer, 60.0, true), (1000, "unlimited", nil, 0.04, .move, 5.0, false),
        (1000, "unlimited", nil, 0.04, .defer, 10.0, false), (100, "1000/s", nil, 0.8, .move, 10.0, false),
        (1, "auto", Rate(count: 10, per: .seconds(60)), 0.02, .defer, 6.0, true),
    ])
    func `Moves take as long as the rate or the round trips ask for, whichever is longer`(
        moves: Int, setting: String, limit: Rate?, roundTrip: Double, openRooms: OpenRoomPolicy, seconds: Double,
        isBoundByRate: Bool
    ) throws {
        let workload = Workload(
            moves: moves, rate: try #require(RateSetting(setting)), concurrency: 8, openRooms: openRooms)
        let estimate = MoveEstimate(of: workload, limit: limit, roundTrip: .seconds(roundTrip))
        #expect(estimate.moves == moves)
        #expect(abs(estimate.duration.inSeconds - seconds) < 1e-6)
        #expect(estimate.isBoundByRate == isBoundByRate)
    }

    @Test(arguments: [
        ("1/min", 0.5, 1), ("10/s", 0.1, 1), ("10/s", 0.11, 2), ("200/s", 0.1, 20), ("1000/s", 3600.0, 1_000_000),
    ])
    func `A rate needs as many moves in flight as begin during one round trip`(
        rate: String, roundTrip: Double, needed: Int
    ) throws {
        let rate = try #require(Rate(rate))
        #expect(Workload.usual.concurrency(for: rate, roundTrip: .seconds(roundTrip)) == needed)
    }

    @Test(arguments: [
        (8, "2 moves in flight keep up with 10 calls per second", String?.none),
        (1, "--concurrency 1 is too few", "Set --concurrency to 2 "),
    ])
    func `The round trip says what concurrency makes sense`(
        concurrency: Int, sentence: String, advice: String?
    ) throws {
        var examination = Examination.healthy()
        examination.probe?.window = nil
        examination.samples = [Examination.Sample(roundTrip: .milliseconds(150))]
        var workload = Workload.usual
        workload.concurrency = concurrency
        let finding = try #require(Diagnosis(of: examination, for: workload)[.roundTrip])
        #expect(finding.found.hasPrefix("150 ms, the median of 1 request;"))
        #expect(finding.found.contains(sentence), "\(finding)")
        #expect(advice.map { finding.advice?.hasPrefix($0) == true } ?? (finding.advice == nil))
    }

    @Test func `A rate that no concurrency reaches is said to be out of reach`() throws {
        var examination = Examination.healthy()
        examination.probe?.window = nil
        var workload = Workload.usual
        workload.rate = .fixed(Rate(count: 100_000, per: .seconds(1)))
        let finding = try #require(Diagnosis(of: examination, for: workload)[.roundTrip])
        #expect(finding.advice?.hasPrefix("Not even --concurrency 256") == true, "\(finding)")
    }

    @Test(arguments: [
        (["livechat-manager"], true, "allows 10 calls per minute", "api-bypass-rate-limit"),
        (["user", "bot"], false, "bot bypasses it by default", "--rate auto then sends 10/s"),
        (["livechat-manager"], false, "it is switched off, or the caller has", "--rate auto then sends 10/s"),
    ])
    func `The limit is told, and who is not limited is told why`(
        roles: [String], isLimited: Bool, sentence: String, advice: String
    ) throws {
        var examination = Examination.healthy()
        examination.caller?.roles = roles
        if !isLimited { examination.probe?.window = nil }
        let diagnosis = Diagnosis(of: examination, for: .usual)
        let finding = try #require(diagnosis[.rateLimit])
        #expect(finding.level == .note && finding.found.contains(sentence), "\(finding)")
        #expect(finding.advice?.contains(advice) == true)
        #expect((diagnosis.limit != nil) == isLimited)
    }

    @Test(arguments: [(Int64(60_000), false), (120_000, false), (14_000, true)])
    func `A window shorter than the default may be the rest of a longer one`(reset: Int64, isDoubted: Bool) {
        var examination = Examination.healthy()
        examination.probe?.window?.reset = Timestamp(milliseconds: reset)
        let found = Diagnosis(of: examination, for: .usual)[.rateLimit]?.found
        #expect(found?.contains("within the last minute") == isDoubted)
    }

    @Test func `A thousand moves at ten a minute take an hour and forty minutes`() {
        let diagnosis = Diagnosis(of: .healthy(), for: .usual)
        #expect(diagnosis[.estimate]?.found == "1000 moves take about 1 h 40 min at 10 calls per minute")
        #expect(diagnosis.estimate?.duration == .seconds(6000))
        #expect(diagnosis.roundTrip == .milliseconds(20))
    }

    @Test func `Where nothing can be moved there is no estimate`() throws {
        let diagnosis = Diagnosis(of: try .healthy(version: "7.0"), for: .usual)
        #expect(diagnosis.estimate == nil && diagnosis.limit == nil)
        #expect(diagnosis[.notChecked]?.found == "not checked: endpoint, deprecation-switch, rate-limit, estimate")
        #expect(diagnosis[.roundTrip]?.found == "20 ms, the median of 3 requests")
    }

    @Test(arguments: [
        (0.0, "0 s"), (0.0124, "12 ms"), (1, "1 s"), (89.4, "89 s"), (90, "2 min"), (300, "5 min"), (-300, "5 min"),
        (3569, "59 min"), (3571, "1 h"), (6000, "1 h 40 min"), (172_000, "2 d"), (360_000, "4 d 4 h"),
    ])
    func `Lengths are told in the units a person would use`(seconds: Double, words: String) {
        #expect(Duration.seconds(seconds).inWords == words)
    }
}
