extension StatusPage {
    /// The page as a Mustache template for `StatusView`.
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{name}} · wxkeeper</title>
        <link rel="icon" href="data:,">
        <noscript><meta http-equiv="refresh" content="5"></noscript>
        <style>{{{style}}}</style>
        </head>
        <body>
        <header>
        <h1>wxkeeper</h1>
        <p class="node">node <b id="name">{{name}}</b>, <span id="role">{{role}}</span></p>
        <p class="clock"><span id="beat" class="beat"></span><time id="time">{{time}}</time></p>
        </header>
        <main>
        <p id="summary" class="summary {{level}}" role="status">{{summary}}</p>
        <dl class="facts">
        {{#facts}}<div><dt>{{label}}</dt><dd id="{{id}}">{{value}}</dd></div>
        {{/facts}}</dl>
        <section>
        <h2>Apps</h2>
        <div class="scroll"><table>
        <thead><tr><th>App</th><th>State</th><th>Fingerprint</th><th>Line</th><th class="number">Time left</th>\
        <th><span class="hidden">Share of life left</span></th><th class="number">Age</th>\
        <th class="number">Next try</th><th class="number">Rotated today</th></tr></thead>
        <tbody id="apps">
        {{#apps}}<tr><th scope="row">{{appid}}</th><td class="state {{mark}}">{{state}}</td>\
        <td class="code">{{fingerprint}}</td><td>{{line}}</td><td class="number">{{left}}</td>\
        <td><progress max="{{lifeValue}}" value="{{leftValue}}"></progress></td>\
        <td class="number">{{age}}</td><td class="number">{{next}}</td><td class="number">{{rotations}}</td></tr>
        {{/apps}}</tbody></table></div>
        <p id="more" class="more">{{moreApps}}</p>
        </section>
        <section>
        <h2>Nodes</h2>
        <div class="scroll"><table>
        <thead><tr><th>Node</th><th>State</th><th>Address</th><th>Incarnation</th>\
        <th class="number">Epoch seen</th></tr></thead>
        <tbody id="nodes">
        {{#nodes}}<tr><th scope="row">{{name}}</th><td class="state {{mark}}">{{state}}</td><td>{{address}}</td>\
        <td class="code">{{incarnation}}</td><td class="number">{{epoch}}</td></tr>
        {{/nodes}}</tbody></table></div>
        </section>
        <section>
        <h2>This node since it started</h2>
        <dl class="facts small">
        {{#counters}}<div><dt>{{label}}</dt><dd id="{{id}}">{{value}}</dd></div>
        {{/counters}}</dl>
        </section>
        </main>
        <footer>Everything here is what this one node sees. \
        The same for programs, and more of it: <a href="status">/status</a></footer>
        <script>{{{script}}}</script>
        </body>
        </html>
        """
}
