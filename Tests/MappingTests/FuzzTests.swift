import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import Mapping

/// What holds for any bytes.
///
/// `FUZZ_INPUTS` says how many inputs to try and `FUZZ_SEED` which seed to begin with. The seed of every input is in the
/// name of its file, which a crash leaves behind.
struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let inputs = environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? 600
    private static let firstSeed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    private static let lanes = 4

    @Test(arguments: 0..<lanes) func `Any file is read to its end, whatever it holds and wherever its chunks end`(
        lane: Int
    )
        throws
    {
        let folder = try TemporaryDirectory()
        for index in stride(from: lane, to: Self.inputs, by: Self.lanes) {
            let input = FuzzedMapping(seed: Self.firstSeed &+ UInt64(index))
            let faults = try FuzzTrial(input, in: folder).faults
            #expect(faults.isEmpty, "FUZZ_SEED=\(input.seed) FUZZ_INPUTS=1: \(input)")
        }
    }

    @Test func `Made-up files are taken, refused, and rejected for every reason that a reader has`() throws {
        var outcomes: Set<String> = []
        for seed in 1...300 {
            let input = FuzzedMapping(seed: UInt64(seed))
            do {
                let reading = try Reading(input.bytes, name: input.fileName, options: input.options)
                outcomes.formUnion(reading.lines.map { $0.rejection?.reason.rawValue ?? "taken" })
            } catch is MappingError {
                outcomes.insert("refused")
            }
        }
        #expect(outcomes == FuzzTrial.reasons.reduce(into: ["taken", "refused"]) { $0.insert($1.rawValue) })
    }
}
