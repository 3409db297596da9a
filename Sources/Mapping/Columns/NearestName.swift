/// The name that was probably meant: the one with the fewest letters to change, if they are few enough to be a slip.
package func nearestName(to wanted: String, among names: [String]) -> String? {
    // A column name is short; this keeps a hostile header from costing quadratic time.
    let wanted = Array(ColumnRules.plain(String(wanted.prefix(64))))
    let slips = max(1, (wanted.count + 1) / 4)
    return
        names
        .filter { !$0.isEmpty && $0.utf8.count <= 64 }
        .prefix(1000)
        .map { (name: $0, distance: editDistance(wanted, plainName($0))) }
        .filter { $0.distance <= slips }
        .min { $0.distance < $1.distance }?
        .name
}

/// What some programs write around a name.
private let quotes: Set<Character> = ["'", "\"", "`", "´", "‘", "’", "“", "”", "„", "«", "»"]

private func plainName(_ name: String) -> [Character] {
    Array(ColumnRules.plain(name)).filter { !quotes.contains($0) }
}

/// Whether no more letters than that must be changed to get from one text to the other.
func editDistance(_ left: [Character], _ right: [Character], atMost limit: Int) -> Bool {
    abs(left.count - right.count) <= limit && editDistance(left, right) <= limit
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour to get from one text to the other.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var before: [Int] = []
    var row = Array(0...right.count)
    for index in left.indices {
        var next = [index + 1]
        for place in right.indices {
            let replaced = row[place] + (left[index] == right[place] ? 0 : 1)
            var distance = min(replaced, row[place + 1] + 1, next[place] + 1)
            if index > 0, place > 0, left[index] == right[place - 1], left[index - 1] == right[place] {
                distance = min(distance, before[place - 1] + 1)
            }
            next.append(distance)
        }
        (before, row) = (row, next)
    }
    return row[right.count]
}
