/// The hexadecimal SHA-256 of everything a source holds, read through without looking at it.
///
/// Equal to ``MappingReader/digest`` of a reader that came to its end. Needs a chunk of memory, whatever the size of the
/// source. Standard input is used up by it.
package func mappingDigest(
    of source: MappingSource, isAskedToStop: @escaping @Sendable () -> Bool = { false }
) throws(MappingError) -> String {
    let input = try InputFile(source, isAskedToStop: isAskedToStop)
    var window = BufferedInput(input, chunkSize: MappingReader.usualChunkSize)
    while true {
        if let digest = window.digest { return digest }
        window.advance(by: window.count)
        try window.fill()
    }
}
