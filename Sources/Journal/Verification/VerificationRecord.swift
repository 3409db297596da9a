import GRDB

/// What a verification has read.
package struct VerificationRecord: Sendable {
    let database: DatabaseQueue

    /// Keeps it in a file without a name that goes with its process.
    ///
    /// - Throws: `JournalError` if there is no room for a temporary file.
    package init() throws {
        do {
            database = try DatabaseQueue(path: "")
            try database.write { try $0.execute(sql: Schema.survey) }
        } catch {
            throw JournalError.translated(error, path: Self.name)
        }
    }

    /// What it is called in errors.
    private static let name = "the temporary file for the list of rooms"
}

extension VerificationRecord: RoomStore {
    /// The rooms that were listed for it.
    package var listedRooms: ListedRooms { ListedRooms(in: self) }

    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw JournalError.translated(error, path: Self.name)
        }
    }

    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw JournalError.translated(error, path: Self.name)
        }
    }
}
