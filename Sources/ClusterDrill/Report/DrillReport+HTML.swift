extension DrillReport {
    /// The page as a Mustache template for `ReportView`.
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Failover drills · wxkeeper</title>
        <link rel="icon" href="data:,">
        <style>{{{style}}}</style>
        </head>
        <body>
        <header>
        <h1>Failover drills</h1>
        <p class="node">wxkeeper <b>{{version}}</b></p>
        <p class="clock"><time>{{date}}</time></p>
        </header>
        <main>
        <p class="summary {{level}}">{{summary}}</p>
        <dl class="facts small">
        {{#facts}}<div><dt>{{label}}</dt><dd>{{value}}</dd></div>
        {{/facts}}</dl>
        <section>
        <h2>What was promised, what was measured</h2>
        <div class="scroll"><table class="figures">
        <thead><tr><th>Drill</th><th>Result</th><th class="number">Takeover</th><th class="number">Refresh gap</th>\
        <th class="number">Reads</th><th class="number">Failed</th><th class="number">Refreshes</th>\
        <th class="number">Failed</th><th class="number">WeChat calls</th><th class="number">Overlaps</th></tr></thead>
        <tbody>
        {{#rows}}<tr><th scope="row"><a href="#{{name}}">{{name}}</a></th>\
        <td><span class="badge {{mark}}">{{word}}</span></td>\
        {{#cells}}<td class="number {{tone}}">{{text}}\
        {{#hasNote}}<small>{{note}}</small>{{/hasNote}}</td>{{/cells}}</tr>
        {{/rows}}</tbody></table></div>
        <p class="more">Takeover: until another node leads. Refresh gap: the longest time without an answered refresh. \
        WeChat calls: requests for a token; questions whether one lives are not counted. \
        Below a figure stands what was promised of it.</p>
        </section>
        <section class="legend" aria-label="Legend">
        {{#legend}}<span class="item">\
        <svg class="swatch" viewBox="0 0 28 14" aria-hidden="true">\
        {{#shapes}}<rect class="{{style}}" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}" rx="2"/>\
        {{/shapes}}\
        </svg>{{label}}</span>
        {{/legend}}</section>
        {{#drills}}<section class="drill" id="{{name}}">
        <h2>{{name}} <span class="badge {{mark}}">{{word}}</span></h2>
        <p>{{about}}</p>
        {{#breaches}}<p class="breach">{{text}}</p>
        {{/breaches}}{{#timelines}}<div class="scroll chart"><svg viewBox="0 0 {{width}} {{height}}" role="img" \
        aria-labelledby="{{name}}-title {{name}}-desc">
        <title id="{{name}}-title">{{heading}}</title>
        <desc id="{{name}}-desc">{{description}}</desc>
        {{#under}}<rect class="{{style}}" x="{{x}}" y="{{y}}" width="{{w}}" height="{{h}}" rx="{{r}}">\
        {{#hasTip}}<title>{{tip}}</title>{{/hasTip}}</rect>
        {{/under}}{{#paths}}<path class="{{style}}" d="{{data}}"/>
        {{/paths}}{{#over}}<rect class="{{style}}" x="{{x}}" y="{{y}}" width="{{w}}" height="{{h}}" rx="{{r}}">\
        {{#hasTip}}<title>{{tip}}</title>{{/hasTip}}</rect>
        {{/over}}{{#texts}}<text class="{{style}}" x="{{x}}" y="{{y}}" text-anchor="{{anchor}}">{{words}}</text>
        {{/texts}}</svg></div>
        <dl class="promise">
        {{#promise}}<div class="{{tone}}"><dt>{{label}}</dt><dd>{{measured}}</dd>\
        <dd class="promised">{{promised}}</dd></div>
        {{/promise}}</dl>
        {{#latencies}}<p class="more">{{text}}</p>
        {{/latencies}}{{/timelines}}</section>
        {{/drills}}
        </main>
        <footer>{{load}} Read more: docs/drill.md, docs/guarantees.md.</footer>
        </body>
        </html>
        """
}
