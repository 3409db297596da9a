extension String {
    /// The word as a shell reads it back.
    package var quotedForShell: String {
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

    /// The name of a file as a shell reads it back, and as no command takes it for an option.
    package var fileForShell: String {
        (hasPrefix("-") && self != "-" ? "./" + self : self).quotedForShell
    }
}
