extension DrillReport {
    /// What the timelines look like.
    static let style = """

        :root {
            --a: #2f62c9; --b: #0c7f86; --c: #7d4fc4; --on: #ffffff; --reads: #aab7c9; --reads-line: #63738a;
            --life: #2f8f5f; --call: #b45f06; --fault: #b42318; --shade: #b4231814; --lane: #f3f3ef;
            --silent: #4b5157; --follows: #cbcec8;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --a: #7ea6ff; --b: #4fc6cb; --c: #bb9bf7; --on: #14161a; --reads: #3e4a5c; --reads-line: #93a4bd;
                --life: #4fb583; --call: #f0a95a; --fault: #ff8378; --shade: #ff837818; --lane: #22262b;
                --silent: #8d949c; --follows: #454c55;
            }
        }
        html { scroll-behavior: smooth; }
        section.drill { margin-top: 3rem; }
        section.drill h2 { font-size: 1.125rem; margin-bottom: 0.25rem; }
        .badge {
            display: inline-block; padding: 0.0625rem 0.5rem; border-radius: 1rem; font-size: 0.8125rem;
            font-weight: 600; vertical-align: 0.0625rem;
        }
        .badge.well { background: var(--well-paper); color: var(--well); }
        .badge.bad { background: var(--bad-paper); color: var(--bad); }
        .breach { margin-top: 0.5rem; padding-left: 0.75rem; border-left: 3px solid var(--bad); color: var(--bad); }
        .figures td { white-space: nowrap; }
        .figures small { display: block; color: var(--faint); font-size: 0.75rem; }
        .figures .bad, .figures .bad small { color: var(--bad); font-weight: 600; }
        .figures .none { color: var(--faint); }
        .legend { display: flex; flex-wrap: wrap; gap: 0.375rem 1.25rem; margin-top: 1.75rem; color: var(--faint);
            font-size: 0.8125rem; }
        .legend .item { display: inline-flex; align-items: center; gap: 0.4375rem; }
        .swatch { width: 28px; height: 14px; }
        .chart { margin: 0.75rem 0; padding: 0.5rem 0.75rem; }
        .chart svg { display: block; width: 100%; min-width: 56rem; height: auto; }
        svg text { fill: var(--faint); font-size: 12px; font-family: inherit; }
        svg text.name { fill: var(--ink); }
        svg text.in { fill: var(--on); font-weight: 600; font-size: 11px; }
        svg text.in-silent { fill: var(--paper); font-size: 11px; }
        svg text.fault, svg text.healed { paint-order: stroke; stroke: var(--card); stroke-width: 5px; }
        svg text.fault { fill: var(--fault); font-weight: 600; }
        svg text.healed { fill: var(--well); font-weight: 600; }
        .lane { fill: var(--lane); }
        .leads-0 { fill: var(--a); } .leads-1 { fill: var(--b); } .leads-2 { fill: var(--c); }
        .follows { fill: var(--follows); }
        .silent { fill: var(--silent); }
        .shade { fill: var(--shade); }
        .fault-line { fill: var(--fault); }
        .healed-line { fill: var(--well); }
        .grid { fill: var(--line); }
        path.reads { fill: var(--reads); stroke: var(--reads-line); stroke-width: 1.5; }
        .failed { fill: var(--bad); }
        .fetch { fill: var(--call); }
        .question { fill: var(--reads-line); }
        .life { fill: var(--life); }
        .life-tail { fill: var(--life); opacity: 0.4; }
        .promise { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; }
        .promise div { padding: 0.375rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem;
            background: var(--card); border-left: 3px solid var(--well); }
        .promise div.bad { border-left-color: var(--bad); }
        .promise dd { font-size: 1rem; }
        .promise div.bad dd { color: var(--bad); }
        .promise dd.promised, .promise div.bad dd.promised { color: var(--faint); font-size: 0.75rem;
            font-weight: 400; }
        @media print { .chart svg { min-width: 0; } section.drill { break-inside: avoid; } }
        """
}
