extension String {
    /// The word as a shell reads it back, harmless to the terminal that shows it.
    package var quotedForShell: String {
        if unicodeScalars.contains(where: \.isInvisible) { return printedForShell }
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

    /// What cannot be seen, in octal digits that every shell's `printf` writes out again.
    ///
    /// The quotes of some shells that know such escapes are strange to others.
    private var printedForShell: String {
        var format = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "%": format += "%%"
            case _ where scalar.isInvisible || scalar == "'" || scalar == "\\" || (scalar == "-" && format.isEmpty):
                for byte in String(scalar).utf8 {
                    let digits = String(byte, radix: 8)
                    format += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            default: format.unicodeScalars.append(scalar)
            }
        }
        return "\"$(printf '\(format)')\""
    }

    /// The name of a file as a shell reads it back, and as no command takes it for an option.
    package var fileForShell: String { asOperand.quotedForShell }

    /// The name of a file as no command takes it for an option.
    package var asOperand: String { hasPrefix("-") && self != "-" ? "./" + self : self }
}
