import Foundation
import Testing

/// The pages of the documentation lead where they say.
@Suite struct PageTests {
    @Test func everyLink_LeadsSomewhere() throws {
        let pages = try Repository.pages()
        #expect(pages.contains { $0.path == "docs/architecture.md" } && pages.contains { $0.path == "README.md" })
        #expect(pages.flatMap(\.links).count > 40)
        #expect(Page.deadLinks(pages, exists: Repository.exists) == [])
    }

    /// Who reads the README, and follows links from there, comes to every page.
    @Test func everyPage_IsLinked() throws {
        let pages = try Repository.pages()
        let linked = Set(pages.flatMap { page in page.links.map { page.resolve($0.target).path } })
        let folders = linked.filter { !$0.hasSuffix(".md") }
        let lost = pages.map(\.path).filter { path in
            !linked.contains(path) && !folders.contains { path.hasPrefix($0 + "/") } && path != "README.md"
        }
        #expect(lost == [])
    }

    @Test func deadLinks_AreFound() {
        let page = Page(
            path: "docs/a.md",
            text: """
                # Words, and `code`
                [here](#words-and-code), [there](../README.md), [away](https://example.com/no.md)
                ## Words
                ## Words
                [second](#words-1) `[shown](gone.md)` [of code `x`](gone.md)
                ```
                [fenced](gone.md)
                ```
                [no heading](#word) [below](b/c.md#d)
                """)
        let other = Page(path: "docs/b/c.md", text: "# E\n[up](../a.md#words)\n")
        let found = Page.deadLinks([page, other]) { ["README.md", "docs/a.md", "docs/b/c.md"].contains($0) }
        #expect(
            found == [
                "docs/a.md:5: there is no gone.md", "docs/a.md:9: docs/a.md has no heading #word",
                "docs/a.md:9: docs/b/c.md has no heading #d",
            ])
    }
}
