import FoundationEssentials
import HTTPTypes

/// Visitors who come and go behind the clients' back.
extension Control {
    /// `POST /sandbox/visitors`: adds a visitor in the shape of the seed file, or replaces the one with his id.
    func addVisitor(_ body: JSON) throws -> JSON {
        let visitor = try Seed.decode(Seed.Visitor.self, from: Data(body.bytes))
        try visitor.validate(at: "the visitor")
        state.access { $0.workspace.add(visitor) }
        return ["success": true]
    }

    /// `DELETE /sandbox/visitors/ID`: the record alone goes; rooms still name it.
    func deleteVisitor(_ id: String) throws(ControlError) -> JSON {
        guard state.access({ $0.workspace.deleteVisitor(id) }) else {
            throw ControlError(status: .notFound, message: "there is no visitor \(id)")
        }
        return ["success": true]
    }
}
