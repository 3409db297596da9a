/// The name that was probably meant: the one with the fewest letters to change, if they are few enough to be a slip.
package func nearestName(to wanted: String, among names: [String]) -> String? {
    // A column name is short; this keeps a hostile header from costing quadratic time.
    let wanted = Array(ColumnRules.plain(String(wanted.prefix(64))))
    let slips = max(1, (wanted.count + 1) / 4)
    return
        names
        .filter { !$0.isEmpty && $0.utf8.count <= 64 }
        .prefix(1000)
        .map { (name: $0, distance: editDistance(wanted, Array(ColumnRules.plain($0)))) }
        .filter { $0.distance <= slips }
        .min { $0.distance < $1.distance }?
        .name
}

/// How many letters must be added, dropped or replaced to get from one text to the other.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for place in right.indices {
            let replaced = diagonal + (letter == right[place] ? 0 : 1)
            diagonal = row[place + 1]
            row[place + 1] = min(replaced, diagonal + 1, row[place] + 1)
        }
    }
    return row[right.count]
}
