import Testing

@testable import CLI

@Suite struct TerminalTests {
    @Test(
        arguments: [
            ([:], nil), (["TERM": ""], nil), (["TERM": "dumb"], nil), (["TERM": "xterm"], (true, false)),
            (["TERM": "xterm", "LANG": "en_US.UTF-8"], (true, true)),
            (["TERM": "xterm", "LANG": "de_DE.utf8", "NO_COLOR": "1"], (false, true)),
            (["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C", "NO_COLOR": ""], (true, false)),
            (["TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"], (true, true)),
        ] as [([String: String], (Bool, Bool)?)])
    func `The environment says what a terminal can show`(environment: [String: String], expected: (Bool, Bool)?) {
        let terminal = Terminal(environment)
        #expect(terminal?.hasColours == expected?.0)
        #expect(terminal?.hasUnicode == expected?.1)
    }
}
