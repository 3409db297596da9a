import Model

/// What a record says about the three columns, whatever the format it was written in.
struct RawLine {
    var old = TrimmedField.empty
    var new = TrimmedField.empty
    var room = TrimmedField.empty

    /// The most bytes of a text that a rejected line keeps.
    ///
    /// Lines are journalled many at a time, and a record may have a megabyte.
    static let longestKept = 256

    /// Some text had spaces around it.
    var wasTrimmed: Bool { old.wasTrimmed || new.wasTrimmed || room.wasTrimmed }

    /// Whether an id had something around it that was taken off; see ``IDRules/unwrapped(_:)``.
    private(set) var wasUnwrapped = false

    /// Takes off what programs write around an id.
    mutating func unwrap() {
        let fields = (old: Self.unwrapped(old), new: Self.unwrapped(new), room: Self.unwrapped(room))
        wasUnwrapped = fields.old != nil || fields.new != nil || fields.room != nil
        old = fields.old ?? old
        new = fields.new ?? new
        room = fields.room ?? room
    }

    private static func unwrapped(_ field: TrimmedField) -> TrimmedField? {
        guard !field.isPlain, let id = IDRules.unwrapped(field.text) else { return nil }
        return TrimmedField(Array(id.utf8)[...], wasTrimmed: field.wasTrimmed)
    }

    /// The line, judged by the rules for ids in their order (TheMapping, "What is rejected").
    func line(number: Int) -> MappingLine {
        guard let rejection else {
            return MappingLine(number: number, oldVisitor: old.text, newVisitor: new.text, room: room.text)
        }
        return MappingLine(
            number: number,
            oldVisitor: old.text.clipped(toBytes: Self.longestKept),
            newVisitor: new.text.clipped(toBytes: Self.longestKept),
            room: room.text.clipped(toBytes: Self.longestKept),
            rejection: rejection
        )
    }

    private var rejection: Rejection? {
        if old.text.isEmpty { return Rejection(.missingOld, "the old visitor is empty") }
        if new.text.isEmpty { return Rejection(.missingNew, "the new visitor is empty") }
        if old.isPlain, new.isPlain, room.isPlain { return nil }
        let ids = [("old visitor", old), ("new visitor", new), ("room", room)].filter { !$0.1.isPlain }
        for (reason, rule) in [(ReasonCode.spreadsheetDamage, IDRules.damage), (.badID, IDRules.flaw)] {
            for (name, id) in ids {
                guard let trouble = rule(id.text) else { continue }
                return Rejection(reason, "the \(name) \(id.text.quotedForPerson) \(trouble)")
            }
        }
        return nil
    }
}
