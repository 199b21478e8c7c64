/** The HTML report's style sheet: light, dark and print. Text keeps a contrast of at least 4.5 to 1 in all three. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --wash: #f6f5f2; --line: #dcd9d2; --ink: #1d2126; --soft: #565d66; --link: #1d4f86;
  --good: #1f6b42; --bad: #a8261d; --unknown: #8a5300; --accepted: #5a4a9c; --neutral: #5f656d;
  --good-fill: #4a8a68; --bad-fill: #c8463b; --unknown-fill: #b87d1c; --accepted-fill: #8676c4; --neutral-fill: #8d8a83;
  --good-wash: #e9f3ed; --bad-wash: #faebe9; --unknown-wash: #fbf1de; --accepted-wash: #efecf8; --neutral-wash: #efedea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --wash: #1c2025; --line: #343a42; --ink: #e7e8ea; --soft: #a3abb5; --link: #8dbdf0;
    --good: #84cfa3; --bad: #ff9d92; --unknown: #f0bd68; --accepted: #bdb0f2; --neutral: #a3abb5;
    --good-fill: #4f9a72; --bad-fill: #d75c50; --unknown-fill: #d39a3c; --accepted-fill: #8478c4;
    --neutral-fill: #6d7580;
    --good-wash: #1b2c23; --bad-wash: #38201e; --unknown-wash: #34291a; --accepted-wash: #28243b;
    --neutral-wash: #262b31;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
.page { max-width: 74rem; margin: 0 auto; padding: 0 2rem 4rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
header { padding: 2.75rem 0 1.5rem; border-bottom: 1px solid var(--line); }
.kicker { margin: 0; color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .15rem 0 .4rem; font-size: 2rem; line-height: 1.2; font-weight: 600; letter-spacing: -.01em; }
.lead { margin: 0; max-width: 46rem; font-size: 1.05rem; color: var(--soft); }
.lead strong { color: var(--ink); font-weight: 600; }
h2 { margin: 3rem 0 .35rem; font-size: 1.25rem; font-weight: 600; letter-spacing: -.005em; }
h3 { margin: 1.75rem 0 .35rem; font-size: 1rem; font-weight: 600; }
p { margin: .4rem 0 .8rem; max-width: 50rem; }
.note { color: var(--soft); font-size: .9rem; }
nav ul {
  display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; margin: 0; padding: .8rem 0; list-style: none;
  font-size: .88rem;
}
nav { border-bottom: 1px solid var(--line); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }

.findings {
  margin: 1.75rem 0 0; padding: .9rem 1.2rem 1rem; border-left: 4px solid var(--unknown-fill);
  background: var(--unknown-wash);
}
.findings.gap { border-color: var(--bad-fill); background: var(--bad-wash); }
.findings.clear { border-color: var(--good-fill); background: var(--good-wash); }
.findings.note-only { border-color: var(--neutral-fill); background: var(--wash); }
.findings h2 { margin: 0 0 .3rem; font-size: 1.05rem; }
.findings p { margin: 0; }
.findings ul { margin: .4rem 0 0; padding: 0; list-style: none; }
.findings li { display: grid; grid-template-columns: 6rem 1fr; gap: .6rem; padding: .28rem 0; }
.findings li + li { border-top: 1px solid color-mix(in srgb, var(--ink) 10%, transparent); }
.level { font-weight: 600; font-size: .85rem; padding-top: .08rem; }
.level.gap { color: var(--bad); } .level.warning { color: var(--unknown); } .level.note { color: var(--soft); }

.figures {
  display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0; margin: 1.75rem 0 0;
  border: 1px solid var(--line); border-radius: 3px; overflow: hidden;
}
.figures > div { padding: 1rem 1.2rem; box-shadow: 0 0 0 .5px var(--line); }
.figures dt { color: var(--soft); font-size: .82rem; }
.figures dd { margin: 0; }
.figures .value {
  font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; overflow-wrap: anywhere;
}
.figures .aside { color: var(--soft); font-size: .82rem; line-height: 1.4; }
.severities {
  display: grid; grid-template-columns: 1fr 1fr; column-gap: .6rem; margin: 0; padding: .2rem 0 0; list-style: none;
  font-size: .9rem; line-height: 1.4; font-weight: 400; letter-spacing: 0;
}
.severities .zero { color: var(--soft); }
.value.good { color: var(--good); } .value.bad { color: var(--bad); } .value.unknown { color: var(--unknown); }

figure { margin: 1rem 0 0; }
figcaption { color: var(--soft); font-size: .85rem; }
svg { display: block; max-width: 100%; }
.chart {
  --label: 5rem; position: relative; height: 12rem; margin: .8rem .4rem 2rem 2.2rem; font-size: .75rem;
  line-height: 1.2; color: var(--soft);
}
.chart .trend { width: 100%; height: 100%; overflow: visible; }
.chart span { position: absolute; }
.chart .y { right: calc(100% + .6em); top: calc(var(--at) - .6em); }
.chart .x {
  top: calc(100% + .75em); left: clamp(0px, calc(var(--at) - var(--label) / 2), calc(100% - var(--label)));
  width: var(--label); text-align: center;
}
.chart .x .year { position: static; }
.chart .tick { top: 100%; left: var(--at); width: 1px; height: .4em; background: var(--soft); }
.chart .dot { width: 7px; height: 7px; margin: -3.5px 0 0 -3.5px; border-radius: 50%; background: var(--link); }
.trend line, .trend path { vector-effect: non-scaling-stroke; }
.trend .grid { stroke: var(--line); stroke-width: 1; }
.trend .score { fill: none; stroke: var(--link); stroke-width: 2; stroke-linejoin: round; }
.trend .accepted { fill: none; stroke: var(--accepted-fill); stroke-width: 1.5; stroke-dasharray: 5 3; }
.trend .coverage {
  fill: none; stroke: var(--unknown-fill); stroke-width: 1.5; stroke-dasharray: 1.5 3; stroke-linecap: round;
}
.trend .added { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 2 2; }
.trend .period { fill: var(--wash); }
.legend {
  display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .4rem 0 0; padding: 0; list-style: none;
  color: var(--soft); font-size: .85rem;
}
.legend svg { display: inline-block; width: 26px; vertical-align: middle; margin-right: .4rem; }
.bar { width: 100%; min-width: 8rem; height: .7rem; border-radius: 2px; }
.bar.thin { height: .9rem; min-width: 12rem; }
.fill-good { fill: var(--good-fill); } .fill-bad { fill: var(--bad-fill); } .fill-unknown { fill: var(--unknown-fill); }
.fill-accepted { fill: var(--accepted-fill); } .fill-neutral { fill: var(--neutral-fill); }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin: .6rem 0 0; font-size: .88rem; line-height: 1.42; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .35rem; }
th, td { padding: .5rem .8rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th {
  color: var(--soft); font-weight: 600; font-size: .8rem; border-bottom: 1.5px solid var(--soft);
  vertical-align: bottom;
}
tbody th { font-weight: 600; }
tbody th, td, .sub { overflow-wrap: anywhere; }
tbody .sub { min-width: 8rem; }
.n { text-align: right; white-space: nowrap; }
.t { white-space: nowrap; }
th.id { min-width: 14rem; overflow-wrap: anywhere; }
th.strip { width: 40%; }
thead th.n { white-space: normal; }
.place { white-space: nowrap; }
.tallies { table-layout: fixed; min-width: 52rem; }
.tallies th:first-child { width: 28%; }
thead th.n { padding-left: .3rem; }
.tallies th.breakdown { width: 20%; }
.tallies th.grade { width: 9.5%; }
table + table { margin-top: 1.75rem; }
.arn, .sub { display: block; color: var(--soft); font-size: .91em; font-weight: 400; }
code {
  font: .85em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere;
}
.badge {
  display: inline-block; padding: 0 .5em; border-radius: 2px; font-size: .92em; font-weight: 600; white-space: nowrap;
}
.badge.good { color: var(--good); background: var(--good-wash); }
.badge.bad { color: var(--bad); background: var(--bad-wash); }
.badge.unknown { color: var(--unknown); background: var(--unknown-wash); }
.badge.accepted { color: var(--accepted); background: var(--accepted-wash); }
.badge.neutral { color: var(--neutral); background: var(--neutral-wash); }
.severity {
  display: inline-block; padding: 0 .45em; border: 1px solid var(--neutral); border-radius: 2px;
  color: var(--neutral); font-size: .85em; font-weight: 600; white-space: nowrap;
}
.severity.critical { color: var(--paper); background: var(--bad); border-color: var(--bad); }
.severity.high { color: var(--bad); border-color: var(--bad); }
.severity.medium { color: var(--unknown); border-color: var(--unknown); }
.any { overflow-wrap: anywhere; }
ul.plain { margin: 0; padding: 0; list-style: none; }
.none { color: var(--soft); font-style: italic; }
details {
  margin: .8rem 0 0; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 3rem;
}
summary { padding: .6rem 0; cursor: pointer; font-weight: 600; }
dl.facts {
  display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .3rem 1.5rem; margin: .8rem 0 0;
  font-size: .9rem;
}
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
footer {
  margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .82rem;
}

/* Below this a table's columns would be pushed off the page: its rows become cards, each figure with its name. */
@media screen and (max-width: 64rem) {
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .rows thead { position: absolute; left: -999rem; }
  .rows tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  .rows th, .rows td { display: block; padding: .1rem 0; border: 0; }
  .rows, .rows tbody { display: block; min-width: 0; }
  .rows caption { display: block; }
  .rows th.id { min-width: 0; }
  .rows th, .tallies th:first-child { width: auto; }
  .rows td.n { display: inline-block; margin-right: 1.1rem; text-align: left; }
  .rows .bar { margin: .3rem 0 .2rem; }
  .rows [data-label]::before { content: attr(data-label) " "; color: var(--soft); }
  .tallies { min-width: 0; }
  tbody .sub { min-width: 0; }
}
@media screen and (max-width: 40rem) {
  .page { padding: 0 1rem 3rem; }
  .findings li { grid-template-columns: 1fr; gap: 0; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .figures > div { padding: .7rem .8rem; }
  .figures .value { font-size: 1.35rem; }
  .rows .t .sub { display: inline; margin-left: .5em; }
  .chart { --label: 3rem; height: 10rem; margin-bottom: 2.6rem; }
  .chart .year, .chart .spare { display: none; }
  dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .5rem; }
}
@page {
  size: A4; margin: 15mm 13mm 16mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #565d66; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --wash: #f6f5f2; --line: #d3d0c9; --ink: #16191d; --soft: #50565e; --link: #1d4f86;
    --good: #1f6b42; --bad: #a8261d; --unknown: #8a5300; --accepted: #5a4a9c; --neutral: #5f656d;
    --good-fill: #4a8a68; --bad-fill: #c8463b; --unknown-fill: #b87d1c; --accepted-fill: #8676c4;
    --neutral-fill: #8d8a83;
    --good-wash: #e9f3ed; --bad-wash: #faebe9; --unknown-wash: #fbf1de; --accepted-wash: #efecf8;
    --neutral-wash: #efedea;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 12px; }
  body { font-size: 9.5pt; }
  .page { max-width: none; padding: 0; }
  header { padding-top: 0; }
  h1 { font-size: 20pt; }
  h2 { margin-top: 8mm; }
  nav, .skip { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th.id { min-width: 0; width: 27%; }
  .tallies { min-width: 0; }
  .tallies th:first-child { width: 24%; }
  .tallies th.breakdown { width: 14%; }
  thead th.n { font-size: 6.8pt; }
  .place { white-space: normal; }
  .bar, .bar.thin { min-width: 0; }
  thead { display: table-header-group; break-inside: avoid; break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  tr, .figures > div, figure, .findings li { break-inside: avoid; }
  h2, h3, caption, h2 + p, h2 + .note, h2 + .facts, h2 + .legend { break-after: avoid; }
  h2 + p { break-inside: avoid; }
  th.evidence { width: 32%; }
  details { content-visibility: visible; }
  #runs::details-content, #failures::details-content { content-visibility: visible; display: block; }
  .figures .value { font-size: 16pt; }
  summary { list-style: none; padding: .3rem 0; }
  details:not([open]):not(#runs):not(#failures) > summary::after {
    content: " – on the page and in the other forms of this report"; font-weight: 400; color: var(--soft);
  }
  a { color: inherit; text-decoration: none; }
}
`;
