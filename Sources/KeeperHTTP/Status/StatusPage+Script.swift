extension StatusPage {
    /// Keeps the page live.
    ///
    /// Writes text only, never markup, and the same words as `StatusView`.
    static let script = """
        "use strict";
        (() => {
            const nothing = "–";
            const known = value => value !== undefined && value !== null;
            const grouped = value => known(value) ? value.toLocaleString("en") : nothing;
            const seconds = ms => known(ms) ? `${Math.floor(ms / 1000)}.${Math.floor(ms % 1000 / 100)} s` : nothing;
            const time = text => text.replace("T", " ").replace(/(\\.\\d+)?Z/, "");
            const span = value => !known(value) ? nothing
                : value >= 3600 ? `${Math.floor(value / 3600)} h ${Math.floor(value % 3600 / 60)} min`
                : value >= 60 ? `${Math.floor(value / 60)} min ${value % 60} s` : `${value} s`;
            const element = id => document.getElementById(id);
            const write = (id, text) => { element(id).textContent = text; };

            const cell = (text, style, name = "td") => {
                const cell = document.createElement(name);
                cell.textContent = text;
                if (style) cell.className = style;
                return cell;
            };
            const heading = text => {
                const head = cell(text, "", "th");
                head.scope = "row";
                return head;
            };
            const bar = (life, left) => {
                const bar = document.createElement("progress");
                bar.max = Math.max(1, life || 1);
                bar.value = left || 0;
                const around = document.createElement("td");
                around.append(bar);
                return around;
            };
            const rows = (id, lines) => element(id).replaceChildren(...lines.map(cells => {
                const row = document.createElement("tr");
                row.append(...cells);
                return row;
            }));

            const appRow = app => [
                heading(app.appid),
                cell(app.state, "state " + (app.well ? "well" : app.seconds_left > 0 ? "attention" : "bad")),
                cell(app.fingerprint ?? nothing, "code"), cell(app.line),
                cell(span(app.seconds_left), "number"), bar(app.life_seconds, app.seconds_left),
                cell(span(app.age_seconds), "number"), cell(span(app.next_attempt_seconds), "number"),
                cell(grouped(app.rotations_today), "number"),
            ];
            const nodeRow = node => [
                heading(node.name),
                cell((node.draining ? "draining" : node.leader ? "leader" : "follower")
                        + (node.trouble ? `; ${node.trouble}` : ""),
                    "state " + (node.draining || node.trouble ? "attention" : node.leader ? "well" : "plain")),
                cell(node.address), cell(node.incarnation.slice(0, 8), "code"), cell(String(node.epoch_seen), "number"),
            ];

            const show = status => {
                write("summary", status.summary);
                element("summary").className = "summary " + status.level;
                write("name", status.node.name);
                write("role", status.node.role);
                write("leader", status.leader ?? nothing);
                write("epoch", String(status.epoch));
                write("lease", seconds(status.node.lease_left_ms));
                write("redis", status.redis + (status.redis_code ? `: ${status.redis_code}` : ""));
                write("sync", known(status.sync_age_ms) ? seconds(status.sync_age_ms) + " ago" : "never");
                write("start", time(status.counters.start_time));
                write("runs", grouped(status.counters.timer_runs));
                write("left", grouped(status.counters.seconds_left));
                write("done", grouped(status.counters.refreshes_done));
                write("failed", grouped(status.counters.refreshes_failed));
                const most = \(StatusPage.mostApps);
                const apps = [...status.apps.filter(app => !app.well), ...status.apps.filter(app => app.well)];
                rows("apps", apps.slice(0, most).map(appRow));
                write("more", apps.length > most ? `and ${grouped(apps.length - most)} more in /status` : "");
                rows("nodes", status.nodes.map(nodeRow));
                write("time", time(new Date().toISOString()) + " UTC");
            };

            // Without user and password, which a page's own address may hold and a request's must not.
            const source = location.origin + location.pathname.replace(/[^/]*$/, "") + "status";
            const poll = async () => {
                try {
                    const answer = await fetch(source, { cache: "no-store", signal: AbortSignal.timeout(5000) });
                    if (!answer.ok) throw new Error(answer.status);
                    show(await answer.json());
                    element("beat").className = "beat on";
                } catch {
                    element("beat").className = "beat off";
                }
                setTimeout(poll, 2000);
            };
            poll();
        })();
        """
}
