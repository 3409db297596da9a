import FoundationEssentials
import Migration
import Model
import Report
import RocketChat

/// A diagnosis as `visitor-merge/doctor/1`; what is not known is `null`.
struct DoctorJSON: Encodable {
    private let diagnosis: Diagnosis
    private let forecast: MappingForecast?

    init(_ diagnosis: Diagnosis, _ forecast: MappingForecast? = nil) {
        self.forecast = forecast
        self.diagnosis = diagnosis
    }

    func text() throws -> String {
        try jsonText(self)
    }

    private enum Key: String, CodingKey {
        case schema, server, findings, reason, instances, estimate, mapping
        case rateLimit = "rate_limit"
        case roundTrip = "round_trip_ms"
        case clockLead = "clock_ahead_seconds"
    }

    private enum ServerKey: String, CodingKey {
        case url, version
    }

    private enum FindingKey: String, CodingKey {
        case name, level, found, advice
    }

    private struct Limit: Encodable {
        var calls: Int
        var window_seconds: Double
    }

    private struct Estimate: Encodable {
        var moves: Int
        var seconds: Int
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode("visitor-merge/doctor/1", forKey: .schema)
        var server = fields.nestedContainer(keyedBy: ServerKey.self, forKey: .server)
        try server.encode(diagnosis.address, forKey: .url)
        try server.encode(diagnosis.version?.description, forKey: .version)
        try fields.encode(diagnosis.reason?.rawValue, forKey: .reason)
        try fields.encode(
            diagnosis.limit.map { Limit(calls: $0.count, window_seconds: $0.window.inSeconds) }, forKey: .rateLimit)
        try fields.encode(
            diagnosis.estimate.map { Estimate(moves: $0.moves, seconds: Int($0.duration.inSeconds.rounded(.up))) },
            forKey: .estimate)
        try fields.encodeIfPresent(forecast.map(ForecastKeys.init), forKey: .mapping)
        try fields.encode(diagnosis.roundTrip.map { ($0.inSeconds * 1e6).rounded() / 1e3 }, forKey: .roundTrip)
        try fields.encode(diagnosis.clockLead.map { ($0.inSeconds * 10).rounded() / 10 }, forKey: .clockLead)
        try fields.encode(diagnosis.instances, forKey: .instances)
        var findings = fields.nestedUnkeyedContainer(forKey: .findings)
        for finding in diagnosis.findings {
            var fields = findings.nestedContainer(keyedBy: FindingKey.self)
            try fields.encode(finding.check.rawValue, forKey: .name)
            try fields.encode(finding.level.rawValue, forKey: .level)
            try fields.encode(finding.found, forKey: .found)
            try fields.encode(finding.advice, forKey: .advice)
        }
    }
}
