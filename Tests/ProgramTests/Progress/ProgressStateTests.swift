import Journal
import Migration
import Model
import RocketChat
import TestSupport
import Testing

@testable import CLI

@Suite struct ProgressStateTests {
    private func wait(_ cause: RouteWait.Cause, _ length: Duration) -> RouteWait {
        RouteWait(route: .roomVisitor, remaining: length, cause: cause)
    }

    struct Case: Sendable {
        var left: Duration?
        var change: @Sendable (inout ProgressState) -> Void
    }

    // 1,796 rooms are left.
    @Test(arguments: [
        // As quick as the limit lets it be, although it went quicker for a moment.
        Case(left: .seconds(10_776)) { $0.achieved = 9 },
        Case(left: .seconds(10_776)) { $0.achieved = nil },
        // As slow as the server is, although more is allowed.
        Case(left: .seconds(17_960)) { $0.achieved = 0.1 },
        Case(left: .seconds(898)) { ($0.rate, $0.achieved) = (nil, 2) },
        // The server's window comes on top, a turn of ours is part of the pace.
        Case(left: .seconds(10_806)) {
            $0.achieved = nil
            $0.wait = RouteWait(route: .roomVisitor, remaining: .seconds(30), cause: .window)
        },
        Case(left: .seconds(10_776)) {
            $0.achieved = nil
            $0.wait = RouteWait(route: .roomVisitor, remaining: .seconds(5), cause: .pace)
        },
        // Nobody can tell.
        Case { ($0.rate, $0.achieved) = (nil, nil) },
        Case { $0.isPaused = true },
        Case { $0.board.isDraining = true },
        Case { $0.board.settledBefore = 2796 },
        Case {
            $0.board.reading = ProgressBoard.Reading(what: "", done: 1, total: 9); $0.achieved = nil
        },
    ])
    func `What is left takes as long as the rate demands, or as the server takes`(_ example: Case) {
        #expect(ProgressState.example(example.change).left == example.left)
    }

    @Test func `What goes on is told in the order of what matters`() {
        let until = { (seconds: Int64) in
            Timestamp(milliseconds: ProgressState.instant.milliseconds + seconds * 1000)
        }
        #expect(ProgressState.example().activity == .working)
        #expect(ProgressState.example { $0.wait = wait(.pace, .milliseconds(900)) }.activity == .working)
        #expect(
            ProgressState.example { $0.wait = wait(.pace, .seconds(5)) }.activity
                == .waiting(.pace, .roomVisitor, until: until(5)))
        #expect(
            ProgressState.example { $0.wait = wait(.outage, .seconds(1)) }.activity
                == .waiting(.outage, .roomVisitor, until: until(1)))
        #expect(
            ProgressState.example {
                $0.wait = wait(.window, .seconds(5))
                $0.isPaused = true
            }.activity == .paused)
        #expect(
            ProgressState.example {
                $0.isPaused = true
                $0.board.isDraining = true
            }.activity == .stopping)
    }

    @Test func `A pause is told with the command that ends it`() {
        let state = ProgressState.example {
            $0.subject = ProgressSubject(.run, journal: "it's.db")
            $0.isPaused = true
        }
        #expect(
            ProgressPhrases(state: state, clock: .utc).wait
                == #"Paused, go on with: visitor-merge pace 'it'\''s.db' resume"#)
    }

    @Test(
        arguments: [
            (
                RateSetting.auto, Rate(count: 10, per: .seconds(60)), 9.8 / 60,
                "auto asked, 10/min now · 9.8/min achieved"
            ),
            (
                .fixed(Rate(count: 5, per: .seconds(1))), Rate(count: 5, per: .seconds(1)), 4.96,
                "5/s asked · 5.0/s achieved"
            ),
            (
                .fixed(Rate(count: 20_000, per: .seconds(3600))), Rate(count: 20_000, per: .seconds(3600)), 5.5,
                "20000/h asked · 19,800/h achieved"
            ),
            (.auto, Rate(count: 10, per: .milliseconds(40_900)), 0.2, "auto asked, 14.7/min now · 12.0/min achieved"),
            (.unlimited, nil, 1234.5, "unlimited asked · 1,234/s achieved"),
            (.unlimited, nil, 0.5, "unlimited asked · 30.0/min achieved"),
            (.unlimited, nil, nil, "unlimited asked"),
        ] as [(RateSetting, Rate?, Double?, String)])
    func `Rates are told in the unit that was asked for`(
        setting: RateSetting, rate: Rate?, achieved: Double?, text: String
    ) {
        let state = ProgressState.example { ($0.setting, $0.rate, $0.achieved) = (setting, rate, achieved) }
        #expect(ProgressPhrases(state: state, clock: .utc).rates.joined(separator: " · ") == text)
    }

    @Test(arguments: [
        (Rate?.some(Rate(count: 2, per: .seconds(1))), "limited by something in front of the server; try --rate 2/s"),
        (nil, "limited by something in front of the server; try a lower --rate, or --rate auto"),
    ])
    func `A limit in front of the server is named, with what to do`(advised: Rate?, text: String) {
        let state = ProgressState.example {
            $0.limit = FoundLimit(advised: advised)
            $0.wait = RouteWait(route: .roomVisitor, remaining: .seconds(4), cause: .refusal)
        }
        let waits = "Something in front of the server refuses requests, trying again at 14:47:49 +0000"
        #expect(ProgressText.line(state, clock: .utc).hasSuffix(" · \(text) · \(waits)"))
        let rows = ProgressFrame(state, clock: .utc, glyphs: .ascii).rows(width: 100, height: 24)
        let texts = rows.map { $0.map(\.text).joined() }
        #expect(texts.contains(text) && texts.contains(waits), "\(texts)")
    }

    @Test func `An instant of another day comes with its date`() {
        let now = ProgressState.instant
        let clock = LocalClock { _ in -12_600 }
        #expect(LocalClock.summer.time(now, on: now) == "16:47 +0200")
        #expect(LocalClock.summer.time(now, withSeconds: true, on: now) == "16:47:45 +0200")
        #expect(clock.time(now, on: now) == "11:17 -0330")
        let later = Timestamp(milliseconds: now.milliseconds + 8 * 3_600_000)
        #expect(LocalClock.utc.time(later, on: now) == "22:47 +0000")
        #expect(LocalClock.summer.time(later, on: now) == "2024-05-03 00:47 +0200")
    }

    @Test func `A log gets all of it in one line`() {
        let state = ProgressState.example { $0.wait = wait(.window, .seconds(47)) }
        #expect(
            ProgressText.line(state, clock: .utc)
                == "Moving rooms: 1,204 of 3,000 (40%) · 190 moved · 8 already · 4 refused · 2 deferred · "
                + "auto asked, 10/min now · 9.8/min achieved · about 3 h 4 min left, until 17:51 +0000 · "
                + "Waiting until 14:48:32 +0000 for the server's window of livechat/room.visitor")
    }

    @Test func `A night in a log is some hundred lines, and the first minute says something too`() {
        var elapsed = Duration.zero
        var lines: [Duration] = []
        while elapsed < .seconds(10 * 3600) {
            elapsed += ProgressText.interval(after: elapsed)
            lines.append(elapsed)
        }
        #expect(lines[0] == .seconds(10) && lines[6] == .seconds(120))
        #expect(lines.count < 130)
    }
}
