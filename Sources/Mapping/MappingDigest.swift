/// The hexadecimal SHA-256 of everything a source holds, read through without looking at it.
///
/// Equal to ``MappingReader/digest`` of a reader that came to its end. Needs a chunk of memory, whatever the size of the
/// source. Standard input is used up by it.
package func mappingDigest(of source: MappingSource) throws(MappingError) -> String {
    var window = ByteWindow(try InputFile(source), chunkSize: MappingReader.usualChunkSize)
    while true {
        if let digest = window.digest { return digest }
        window.advance(by: window.count)
        try window.fill()
    }
}
