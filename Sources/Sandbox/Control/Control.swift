import Crypto
import FoundationEssentials
import HTTPTypes

/// The routes under `/sandbox`: what tests and curious people see and change behind the API's back.
///
/// They need the control key instead of a login, are never limited and are not in the request log.
struct Control: Sendable {
    let state: SandboxState
    let time: SandboxTime
    /// The value of `X-Sandbox-Key`.
    let key: String

    /// A request that makes no sense, with what would.
    struct ControlError: Error {
        var status: HTTPResponse.Status = .badRequest
        let message: String
    }

    /// Answers a request for a path under `/sandbox`.
    func answer(_ arrival: IncomingRequest) -> Answer {
        guard isKey(arrival.headers.value(of: "X-Sandbox-Key") ?? "") else { return Self.locked }
        guard arrival.isJSONOrEmpty else { return Self.otherType }
        do {
            return .aside(.ok, try handle(arrival))
        } catch let mistake as ControlError {
            return .refusal(mistake.status, mistake.message)
        } catch {
            return .refusal(.badRequest, "\(error)")
        }
    }

    /// Digests are compared, which takes equally long whatever differs.
    private func isKey(_ text: String) -> Bool {
        SHA256.hash(data: Array(text.utf8)) == SHA256.hash(data: Array(key.utf8))
    }

    private static let locked = Answer.refusal(
        .forbidden,
        "Routes under /sandbox need the header X-Sandbox-Key: the controlKey in the line that the sandbox printed first."
    )
    private static let otherType = Answer.refusal(
        .unsupportedMediaType, "Routes under /sandbox take JSON only: send Content-Type: application/json.")

    /// What a sandbox without control answers.
    static let none = Answer.refusal(.notFound, "This sandbox has no routes under /sandbox.")

    private func handle(_ arrival: IncomingRequest) throws -> JSON {
        guard let body = arrival.body else { throw ControlError(message: "the body is not a JSON object") }
        let parts = arrival.path.split(separator: "/").dropFirst()
        let action = arrival.method.rawValue + " " + (parts.first ?? "")
        if let id = parts.dropFirst().first.map(FormParser.decodePath) {
            switch action {
            case "GET rooms": return try showRoom(id)
            case "GET visitors": return try showVisitor(id)
            case "DELETE rooms": return try deleteRoom(id)
            case "DELETE visitors": return try deleteVisitor(id)
            default: throw Self.unknown
            }
        }
        switch action {
        case "GET state": return showState()
        case "GET log": return .array(state.access { Array($0.log.records) }.map(\.json))
        case "GET moves": return .array(state.access { $0.workspace.moves }.map(\.json))
        case "GET faults": return showFaults()
        case "PUT faults": return try setFaults(body)
        case "PUT clock": return try setClock(body)
        case "PUT rate-limit": return try setRateLimit(body)
        case "PUT profile": return try setProfile(body)
        case "PUT pause": return try setPause(body)
        case "PUT users": return try setUser(body)
        case "POST move": return try moveRoom(body)
        case "POST rooms": return try addRoom(body)
        case "PUT rooms": return try setRoomOpen(body)
        case "POST visitors": return try addVisitor(body)
        case "POST messages": return try writeAgain(body)
        case "GET contacts": return showContactWrites()
        case "PUT custom-fields": return try defineCustomFields(body)
        default: throw Self.unknown
        }
    }

    private static let unknown = ControlError(
        status: .notFound,
        message: """
            known: GET /sandbox/{state,log,moves,contacts,faults}, GET and DELETE /sandbox/{rooms,visitors}/ID, \
            PUT /sandbox/{faults,clock,rate-limit,profile,pause,users,rooms,custom-fields}, \
            POST /sandbox/{move,rooms,visitors,messages}
            """
    )
}
