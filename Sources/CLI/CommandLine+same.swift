extension CommandLine {
    /// The command as it was typed: every command can be run again, and goes on where it was.
    static var same: String {
        (["visitor-merge"] + arguments.dropFirst()).map(\.quotedForShell).joined(separator: " ")
    }
}

extension String {
    /// The word as a shell reads it back.
    var quotedForShell: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:=,%@+".utf8.contains(byte)
            }
        }
        return isPlain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
