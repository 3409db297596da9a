/// One record of a mapping, good or bad.
///
/// A bad line is data: it carries the reason and is journalled like any other.
package struct MappingLine: Sendable, Equatable {
    /// The physical line on which the record begins; the first line of the file is 1, a header included.
    package var number: Int
    /// The old visitor as the file names it, trimmed.
    ///
    /// May be empty or damaged when the line is rejected.
    package var oldVisitor: String
    /// The new visitor as the file names it, trimmed.
    ///
    /// May be empty or damaged when the line is rejected.
    package var newVisitor: String
    /// The room as the file names it, trimmed.
    ///
    /// Empty on a visitor line.
    package var room: String
    /// Why the line cannot be used, or `nil` when it can.
    package var rejection: Rejection?
    /// What stood on a malformed line, or its beginning; of a row that a report made of such a line, what stood on that.
    ///
    /// A malformed line has no ids: what could be read of them may be shifted or incomplete, and would be valid.
    package var text: String?

    package init(
        number: Int, oldVisitor: String, newVisitor: String, room: String = "", rejection: Rejection? = nil,
        text: String? = nil
    ) {
        self.number = number
        self.oldVisitor = oldVisitor
        self.newVisitor = newVisitor
        self.room = room
        self.rejection = rejection
        self.text = text
    }

    /// A line of which no id can be told.
    package init(malformed number: Int, _ detail: String, text: String) {
        self.init(
            number: number, oldVisitor: "", newVisitor: "", rejection: Rejection(.malformed, detail), text: text)
    }

    /// A usable line that names one room.
    package var isRoomLine: Bool { rejection == nil && !room.isEmpty }
}

/// Why a line of the mapping is rejected.
package struct Rejection: Sendable, Equatable {
    package var reason: ReasonCode
    /// What exactly was found, for a person.
    ///
    /// Never contains a line break.
    package var detail: String

    package init(_ reason: ReasonCode, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
