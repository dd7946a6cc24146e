extension StatusPage {
    /// The page's style sheet: one column, the reader's own fonts, light or dark as the reader's system is.
    ///
    /// Other pages of ours begin with it too.
    package static let style = """
        :root {
            --paper: #fcfcfa; --ink: #1d2023; --faint: #696f76; --line: #e5e5e0; --card: #ffffff;
            --well: #17794a; --attention: #95560a; --bad: #b42318;
            --well-paper: #e9f5ee; --attention-paper: #fdf3e1; --bad-paper: #fdecea;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --paper: #15171a; --ink: #e7e8e5; --faint: #979da5; --line: #2b2f34; --card: #1b1e22;
                --well: #55c78f; --attention: #e3aa4e; --bad: #ff8378;
                --well-paper: #172a20; --attention-paper: #2e2514; --bad-paper: #331b19;
            }
        }
        * { box-sizing: border-box; }
        body {
            margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 3rem; background: var(--paper); color: var(--ink);
            font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif;
            font-variant-numeric: tabular-nums;
        }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
        h1 { margin: 0; font-size: 1.375rem; font-weight: 650; letter-spacing: -0.01em; }
        h2 { margin: 2.25rem 0 0.5rem; font-size: 1rem; font-weight: 600; }
        p { margin: 0; }
        .node, .clock, footer, .more { color: var(--faint); }
        .node b { color: var(--ink); font-weight: 600; }
        .clock { margin-left: auto; font-size: 0.8125rem; }
        .beat { display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.5rem; border-radius: 50%; }
        .beat.on { background: var(--well); }
        .beat.off { background: var(--bad); }
        .summary {
            margin: 1.25rem 0; padding: 0.75rem 1rem; border-radius: 0.5rem; font-size: 1.0625rem; font-weight: 550;
        }
        .summary.well { background: var(--well-paper); color: var(--well); }
        .summary.attention { background: var(--attention-paper); color: var(--attention); }
        .summary.bad { background: var(--bad-paper); color: var(--bad); }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.75rem; margin: 0; }
        .facts div, .scroll { border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
        .facts div { padding: 0.75rem 1rem; }
        dt { color: var(--faint); font-size: 0.8125rem; }
        dd { margin: 0; font-size: 1.375rem; font-weight: 600; overflow-wrap: anywhere; }
        .small dd { font-size: 1rem; }
        @media (max-width: 30rem) { .facts dd { font-size: 1.125rem; } }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; }
        th, td { padding: 0.5rem 0.625rem; text-align: left; vertical-align: baseline; white-space: nowrap; }
        thead th { color: var(--faint); font-size: 0.8125rem; font-weight: 500; }
        th:first-child { padding-left: 1rem; }
        th:last-child, td:last-child { padding-right: 1rem; }
        tbody th { font-weight: 600; }
        tbody tr { border-top: 1px solid var(--line); }
        .number { text-align: right; }
        .code { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 0.8125rem; }
        .state { white-space: normal; min-width: 12rem; max-width: 24rem; overflow-wrap: anywhere; }
        .state.well { color: var(--well); }
        .state.attention { color: var(--attention); }
        .state.bad { color: var(--bad); }
        progress {
            appearance: none; width: 4rem; height: 0.375rem; border: 0; border-radius: 1rem; overflow: hidden;
            background: var(--line); vertical-align: middle;
        }
        progress::-webkit-progress-bar { background: var(--line); }
        progress::-webkit-progress-value { background: var(--well); }
        progress::-moz-progress-bar { background: var(--well); }
        .more { padding-top: 0.5rem; }
        .more:empty { display: none; }
        .hidden { position: absolute; clip-path: inset(50%); }
        footer { margin-top: 2.5rem; font-size: 0.8125rem; }
        a { color: inherit; }
        """
}
