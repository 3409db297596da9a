import Mapping
package import Model

/// Whether an id can stand in a mapping that people open in a spreadsheet.
package enum WritableID {
    /// Why not, or `nil`: the mapping's reader would reject it, a spreadsheet would run it as a formula, or a person could
    /// not see all of it.
    ///
    /// It cannot be made harmless as other cells are: the id columns are read again and have to stay exact.
    package static func flaw(in id: VisitorID) -> String? {
        let text = id.rawValue
        guard let first = text.unicodeScalars.first else { return "is empty" }
        if text.beginsFormula { return "begins with \(first), which a spreadsheet takes for a formula" }
        if let flaw = IDRules.damage(in: text) ?? IDRules.flaw(in: text) { return flaw }
        return text.shown == text ? nil : "holds a character that cannot be seen"
    }
}
