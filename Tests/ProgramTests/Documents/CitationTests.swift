import Testing

/// The code argues from the articles, so whoever follows a citation has to arrive.
struct CitationTests {
    @Test func `Every citation names an article and one of its headings`() async throws {
        let articles = Dictionary(try Article.all().map { ($0.name, $0) }) { first, _ in first }
        // Heading and article may stand on two lines.
        let citing = try await Document.grep(
            "-l", #"(//|#).*([A-Z][A-Za-z]*,( "|$)|The[A-Z][a-z])"#, "Sources", "Tests", "scripts", "samples")
        var count = 0
        for name in citing where !name.hasSuffix(".md") {
            for comment in try Document.comments(in: name) {
                for citation in Citation.all(in: comment) {
                    count += 1
                    let article = articles[citation.article]
                    #expect(article != nil, "\(name) cites \(citation.article), and there is no such article")
                    #expect(
                        article?.headings.contains(citation.heading) != false,
                        "\(name) cites “\(citation.heading)”, which is no heading of \(citation.article)")
                }
                for word in comment.split(whereSeparator: { !$0.isLetter }) where word.hasPrefix("The") {
                    let isName = word.wholeMatch(of: /The[A-Z][a-z]+/) != nil
                    #expect(
                        !isName || articles[String(word)] != nil,
                        "\(name) names \(word), and there is no such article")
                }
            }
        }
        #expect(count > 100, "citations are no longer found")
    }

    @Test func `Every link of an article leads to a heading of its catalog, and every article is linked`() throws {
        let articles = try Article.all()
        for article in articles {
            for link in article.links {
                let target = articles.first { $0.catalog == article.catalog && $0.name == link.article }
                #expect(target != nil, "\(article.name) links to \(link.article), and there is no such article")
                if let target, let anchor = link.anchor {
                    #expect(target.hasAnchor(anchor), "\(article.name) links to \(link.article)#\(anchor)")
                }
            }
            let first = articles.first { $0.catalog == article.catalog && $0.isFirst }
            #expect(
                article.isFirst || first?.links.contains { $0.article == article.name } == true,
                "\(article.name) is not linked from the first page")
        }
    }

    /// A number says nothing to those who read the comment, and leads elsewhere after the next change.
    @Test func `Nothing is cited by the number of its section`() async throws {
        // The numbers of an RFC never change: `RFC 9110, section 5.5` is no fault.
        let numbered = "(contract|spec|specification)[ -](§)?[0-9]|§ ?[0-9]|[^,] section [0-9]|(spec|style)[.]md"
        let found = try await Document.grep(
            "-ni", numbered, "Sources", "Tests", "scripts", "samples", ".ci", ".github", "README.md", "Package.swift")
        #expect(found.isEmpty)
    }
}
