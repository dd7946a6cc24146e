internal import Mustache

/// The page of `--report`: what a drill's reading says, for people.
///
/// One file that loads nothing from anywhere and needs no script, light or dark as the reader's system is. Everything
/// in it is escaped; tokens appear as fingerprints only.
package struct DrillReport: Sendable {
    private let template: MustacheTemplate
    private let pageStyle: String

    /// - Parameter pageStyle: what the status page looks like; timelines are added to it.
    package init(pageStyle: String) {
        self.pageStyle = pageStyle
        do {
            template = try MustacheTemplate(string: Self.html)
        } catch {
            preconditionFailure("the report's template is wrong: \(error)")
        }
    }

    /// The page that shows `reading`.
    package func render(_ reading: DrillReading) -> String {
        template.render(ReportView(reading, style: pageStyle + Self.style))
    }
}
