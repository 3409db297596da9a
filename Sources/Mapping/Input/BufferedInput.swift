import Crypto
import FoundationEssentials

/// The bytes of an input that are being looked at: a window that moves over it and is only as wide as somebody needs.
struct BufferedInput: ~Copyable {
    /// The bytes in memory; those before ``start`` are done with.
    private(set) var bytes: [UInt8] = []
    private(set) var start = 0
    /// Nothing follows the bytes in memory.
    private(set) var isAtEnd = false

    private let input: InputFile
    private var chunk: [UInt8]
    private var hasher: SHA256?

    /// Without `isHashed` there is no ``digest``, which costs a tenth of reading.
    init(_ input: consuming InputFile, chunkSize: Int, isHashed: Bool = true) {
        precondition(chunkSize > 0, "A chunk must hold a byte, not \(chunkSize).")
        self.input = input
        chunk = [UInt8](repeating: 0, count: chunkSize)
        hasher = isHashed ? SHA256() : nil
    }

    var name: String { input.name }

    /// The number of bytes in memory that are not done with.
    var count: Int { bytes.count - start }

    /// The hexadecimal SHA-256 of the whole input, once its end was seen.
    var digest: String? {
        guard isAtEnd, let hasher else { return nil }
        return hasher.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Reads another chunk behind the bytes that are not done with, and forgets the others.
    mutating func fill() throws(MappingError) {
        guard !isAtEnd else { return }
        bytes.removeFirst(start)
        start = 0
        let count: Int
        (count, isAtEnd) = try input.read(into: &chunk)
        hasher?.update(data: chunk[..<count])
        bytes.append(contentsOf: chunk[..<count])
    }

    /// Has at least as many bytes in memory, unless the input ends first.
    mutating func fill(upTo wanted: Int) throws(MappingError) {
        while count < wanted, !isAtEnd {
            try fill()
        }
    }

    /// Is done with the next bytes.
    mutating func advance(by count: Int) {
        start += count
    }

    /// Is done with everything up to the end of the physical line, its line break included, holding no more than a chunk.
    mutating func skipLine() throws(MappingError) {
        while true {
            if let end = bytes[start...].firstIndex(where: { $0 == .lineFeed || $0 == .carriageReturn }) {
                let isReturn = bytes[end] == .carriageReturn
                start = end + 1
                if isReturn {
                    try fill(upTo: 1)
                    if start < bytes.count, bytes[start] == .lineFeed { start += 1 }
                }
                return
            }
            start = bytes.count
            guard !isAtEnd else { return }
            try fill()
        }
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let quote = UInt8(ascii: "\"")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
}
