import TestSupport

@testable import Mapping

/// What damage puts into a file: whatever means something to a reader, whole or torn.
private let tokens: [[UInt8]] = [
    [.quote], [.quote, .quote], [.lineFeed], [.carriageReturn], [.carriageReturn, .lineFeed], [0], [.space], [.tab],
    Array(",".utf8), Array(";".utf8), Array("{".utf8), Array("}".utf8), Array("[".utf8), Array("]".utf8),
    Array(":".utf8), Array("\\".utf8), Array("\\\"".utf8), Array("\\u".utf8), Array("\\ud83d".utf8),
    Array("\\udcac".utf8), Array("\\u0000".utf8), Array("old".utf8), Array("new,rid".utf8), Array("null".utf8),
    Array("1e999".utf8), Array("NaN".utf8), Array("-".utf8), Array("\u{1B}[31m".utf8), Array("\u{202E}".utf8),
    Array("\u{2028}".utf8), Array("💬".utf8), FileSignature.byteOrderMark, [0xFF], [0xFE], [0xC3], [0xC0, 0xAF],
    [0xED, 0xA0, 0x80], [0xF0, 0x9F], [0x80], [0xF5, 0x80, 0x80, 0x80], [0x50, 0x4B, 0x03, 0x04],
]

/// Damages one place.
func damage(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let length = Int.random(in: 0...min(12, bytes.count - place), using: &random)
    let token = tokens.randomElement(using: &random) ?? []
    switch Int.random(in: 0..<64, using: &random) {
    case 0..<24: bytes.insert(contentsOf: token, at: place)
    case 24..<32: bytes.replaceSubrange(place..<place + length, with: token)
    case 32..<40: bytes.removeSubrange(place..<place + length)
    case 40..<46: bytes.removeSubrange(place...)
    case 46..<52: bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0...place, using: &random))
    case 52..<58 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 58..<62: bytes.insert(contentsOf: repeated(token, Int.random(in: 2...300, using: &random)), at: place)
    case 62 where random.chance(1, of: 128): bytes.insert(contentsOf: filler(using: &random), at: place)
    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    }
}

private func repeated(_ token: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(token, count: count).joined())
}

/// About as much as a record may have, one way or the other.
private func filler(using random: inout SeededGenerator) -> [UInt8] {
    let count = RecordScanner.longest + Int.random(in: -300...300, using: &random)
    let byte: UInt8 = random.chance(1, of: 4) ? .lineFeed : UInt8(ascii: "x")
    return [UInt8](repeating: byte, count: count)
}
