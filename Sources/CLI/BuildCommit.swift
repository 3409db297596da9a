/// The commit that the program was built from.
///
/// Only `scripts/package` knows it: that builds a copy of one commit, with this file written anew. Any other build may be
/// of anything.
enum BuildCommit {
    static let known: String? = nil
}
