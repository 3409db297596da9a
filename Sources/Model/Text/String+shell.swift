extension String {
    /// The word as a shell reads it back, harmless to the terminal that shows it.
    package var quotedForShell: String {
        // Marks, symbols and the like change when they are copied, or hide what stands before them.
        if unicodeScalars.contains(where: { !$0.isASCII && !$0.isLetterOrDigit || $0.isInvisible }) {
            return printedForShell
        }
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:=,%@+".utf8.contains(byte)
            }
        }
        return isPlain && !isEmpty ? self : "'" + escaped { $0 == "'" ? "'\\''" : nil } + "'"
    }

    /// What cannot be seen or copied, in octal digits that every shell's `printf` writes out again.
    ///
    /// The quotes of some shells that know such escapes are strange to others.
    private var printedForShell: String {
        var isFirst = true
        let format = escaped { scalar in
            defer { isFirst = false }
            if scalar == "%" { return "%%" }
            let isPlain = scalar.isLetterOrDigit || scalar.isASCII && !scalar.isInvisible
            guard !isPlain || scalar == "'" || scalar == "\\" || scalar == "-" && isFirst else { return nil }
            return String(scalar).utf8.map { byte in
                let digits = String(byte, radix: 8)
                return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }.joined()
        }
        return "\"$(printf '\(format)')\""
    }

    /// The name of a file as a shell reads it back, and as no command takes it for an option.
    package var fileForShell: String { asOperand.quotedForShell }

    /// The name of a file as no command takes it for an option.
    package var asOperand: String { hasPrefix("-") && self != "-" ? "./" + self : self }
}

extension Unicode.Scalar {
    fileprivate var isLetterOrDigit: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }
}
