import FoundationEssentials
import GRDB

extension Folder {
    /// The moves that the kept journals declare, read with SQL of its own from a copy of the copy.
    func declaredMoves() throws -> [(String, String, String)] {
        var moves: [(String, String, String)] = []
        for name in [Life.Act.Command.run, .undo].map(Commands.journal(of:)) {
            let copy = self.kept("check.db")
            guard FileManager.default.fileExists(atPath: kept(name)) else { continue }
            try FileManager.default.copyItem(atPath: kept(name), toPath: copy)
            if FileManager.default.fileExists(atPath: kept(name + "-wal")) {
                try FileManager.default.copyItem(atPath: kept(name + "-wal"), toPath: copy + "-wal")
            }
            let database = try DatabaseQueue(path: copy)
            moves += try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT coalesce(operation.room, line.room), coalesce(operation.oldVisitor, line.oldVisitor),
                            coalesce(operation.newVisitor, line.newVisitor)
                        FROM operation JOIN line ON line.number = operation.line
                        WHERE operation.mayHaveMoved = 1 AND operation.state = 'sent'
                        """
                ).map { ($0[0], $0[1], $0[2]) }
            }
            try database.close()
            for ending in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: copy + ending) {
                try FileManager.default.removeItem(atPath: copy + ending)
            }
        }
        return moves
    }
}
