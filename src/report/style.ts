/** The page's style: light and dark, from telephones to paper. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fdfdfb; --text: #1a1d21; --muted: #59616b; --rule: #e4e4de; --axis: #b9bcbd; --panel: #f5f5f0; --accent: #1c55a5;
  --trained: #1c55a5; --rounded: #9a5200; --searched: #1f7044; --wider: #8b357c; --float: #4a5158; --classical: #737067;
  --hatch: #a9aaa5;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #131518; --text: #e8e8e4; --muted: #a3aab2; --rule: #2a2e33; --axis: #565c63; --panel: #1b1e22; --accent: #86b5f4;
    --trained: #86b5f4; --rounded: #e2a65c; --searched: #76c79a; --wider: #db93cd; --float: #c3c9cf; --classical: #9c988c;
    --hatch: #565b61;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 75rem; margin: 0 auto; padding: clamp(1.75rem, 5vw, 4.5rem) clamp(1.25rem, 4vw, 2.5rem); }
h1 {
  font-size: clamp(1.9rem, 4.5vw, 2.75rem); line-height: 1.15; letter-spacing: -0.02em; font-weight: 650; margin: 0;
  overflow-wrap: anywhere;
}
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; font-weight: 620; margin: 0 0 1.1rem; }
h3 { font-size: 1rem; font-weight: 620; margin: 2rem 0 0.6rem; overflow-wrap: anywhere; }
p, dd { max-width: 44rem; overflow-wrap: anywhere; }
p { margin: 0 0 0.9rem; }
section { margin-top: clamp(2.75rem, 6vw, 4.5rem); }
figure { margin: 0; }
figcaption, .setting, caption { color: var(--muted); font-size: 0.875rem; line-height: 1.5; }
.kicker { color: var(--accent); font-size: 0.8125rem; font-weight: 600; letter-spacing: 0.04em; margin-bottom: 0.5rem; }
.summary { font-size: 1.2rem; line-height: 1.45; margin: 0.7rem 0 0.5rem; }
.findings { margin: 1.6rem 0 0; padding-left: 1rem; border-left: 3px solid var(--accent); }
.findings b, td, th, dd { font-variant-numeric: tabular-nums; }
.findings b { font-weight: 620; }

.scroll { overflow-x: auto; position: relative; }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 0.8125rem; line-height: 1.35; }
caption { caption-side: bottom; text-align: left; padding-top: 0.8rem; }
caption span { display: block; max-width: min(44rem, calc(100vw - 2.5rem)); }
th { font-weight: 600; }
td, th { padding: 0.5rem 0.45rem; text-align: right; vertical-align: baseline; }
td { white-space: nowrap; }
td small { display: block; font-size: 0.92em; color: var(--muted); }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; min-width: 3.1rem; padding-block: 0.3rem; }
thead th[scope=colgroup] { text-align: center; position: relative; }
thead th[scope=colgroup]::after {
  content: ""; position: absolute; inset: auto 0.25rem 0 0.45rem; border-bottom: 1px solid var(--axis);
}
thead tr:last-child th, thead th[rowspan] { border-bottom: 1.5px solid var(--text); }
tbody tr { border-bottom: 1px solid var(--rule); }
tbody tr:last-child { border-bottom: 1.5px solid var(--text); }
tr > :first-child:is([scope=row], [rowspan]) {
  text-align: left; position: sticky; left: 0; background: var(--ground); min-width: 8.2rem; max-width: 16rem;
  overflow-wrap: break-word;
}
tr > :first-child:is([scope=row], [rowspan]) { padding-left: 1.1rem; }
th[scope=row] { text-indent: -1.1rem; }
.glyph { width: 0.75em; height: 0.75em; margin-right: 0.5rem; vertical-align: -0.02em; }
details { margin-top: 1.4rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.9375rem; width: fit-content; }
details[open] summary { margin-bottom: 0.8rem; }

.plot { display: grid; grid-template-columns: minmax(0, 52.5rem) minmax(0, 1fr); gap: 1rem 2rem; align-items: start; }
.drawing svg { display: block; max-width: 100%; height: auto; }
.drawing text {
  font-family: inherit; font-variant-numeric: tabular-nums;
  paint-order: stroke; stroke: var(--ground); stroke-width: 3px; stroke-linejoin: round;
}
.narrow { display: none; }
.plot p { margin-bottom: 0.6rem; }
.legend {
  list-style: none; margin: 0.4rem 0 0; padding: 0; font-size: 0.875rem; color: var(--text); display: flex;
  flex-wrap: wrap; gap: 0.15rem 1.4rem;
}
.legend li { padding-left: 1.2rem; text-indent: -1.2rem; }
.plot .legend { margin-top: 0.9rem; }
@media screen and (max-width: 70rem), print { .plot { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 43rem) {
  .wide { display: none; }
  .narrow { display: block; }
}

.certificates {
  margin: 0; display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 0 1.6rem;
  font-size: 0.9375rem;
}
.scroll + .certificates { margin-top: 1.2rem; }
.certificates dt { grid-column: 1; font-weight: 600; overflow-wrap: anywhere; }
.certificates dd { grid-column: 2; margin: 0 0 0.5rem; }
@media screen and (max-width: 43rem) {
  .certificates { display: block; }
  .certificates dt { margin-top: 1rem; }
}

.flow { display: flex; flex-wrap: wrap; gap: 1.8rem 2.2rem; margin-top: 1.4rem; align-items: start; }
.signs { max-width: 100%; min-width: 0; }
.signs b, .panels b { color: var(--text); font-weight: 600; }
.signs img { display: block; max-width: 100%; height: auto; border: 1px solid var(--axis); }
.pixels { image-rendering: pixelated; }
.pixels, .hatched { background: repeating-linear-gradient(135deg, var(--ground) 0 3px, var(--hatch) 3px 4px); }
.signs figcaption { margin-top: 0.5rem; max-width: 26rem; overflow-wrap: anywhere; }
details .flow { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1.4rem 1.2rem; }
.swatch {
  display: inline-block; width: 1.05em; height: 1.05em; border: 1px solid var(--axis); margin-right: 0.5em;
  vertical-align: -0.16em;
}
.white { background: #fff; } .black { background: #000; } .grey { background: #808080; }

.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.3rem, 46%), 1fr)); gap: 0 0.9rem; }
.panels figure {
  display: grid; grid-template-rows: subgrid; grid-row: span 3; min-width: 0; padding-bottom: 1.4rem;
  max-width: 20rem;
}
.deviations figure { grid-row: span 4; }
.deviations .error + .error { margin-top: 0.4rem; }
.panels img { display: block; width: 100%; height: auto; }
.small img { image-rendering: pixelated; }
.panels figcaption {
  padding: 0.35rem 0 0.5rem; line-height: 1.35; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.panels b { display: block; }
.panels span { white-space: nowrap; margin-right: 0.5em; }
.error, .bar { filter: url(#ramp-light); }
.bar { display: block; flex: 1 0 100%; height: 0.9rem; background: linear-gradient(to right, #000, #fff); }
.ramp {
  display: flex; flex-wrap: wrap; justify-content: space-between; align-content: flex-start; gap: 0.25rem;
  font-size: 0.8125rem; color: var(--muted);
}
.panels .error, .bar { outline: 1px solid var(--rule); }
.filters { position: absolute; }
@media screen and (prefers-color-scheme: dark) { .error, .bar { filter: url(#ramp-dark); } }

pre {
  background: var(--panel); border: 1px solid var(--rule); border-radius: 4px; padding: 0.9rem 1.1rem;
  margin: 0 0 1.4rem; white-space: pre-wrap; overflow-wrap: anywhere;
}
code { font: 0.875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; user-select: all; }
code span { display: inline-block; max-width: 100%; }
.environment {
  display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 1.6rem; margin: 0;
  font-size: 0.875rem;
}
.environment dt { color: var(--muted); max-width: 12rem; overflow-wrap: anywhere; }
.environment dd { margin: 0; }

@page { size: A4; margin: 14mm; }
@media print {
  html { font-size: 10pt; }
  body { background: none; }
  main { padding: 0; max-width: none; }
  section { margin-top: 9mm; }
  h2, h3, summary, dt { break-after: avoid; }
  figure, tr, pre, dd, .panels, .findings { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  table { font-size: 6.4pt; }
  td, th { padding: 2.5pt 2pt; }
  thead th { min-width: 0; }
  tr > :first-child:is([scope=row], [rowspan]) { position: static; min-width: 0; background: none; }
  tr > :first-child:is([scope=row], [rowspan]) { padding-left: 9pt; }
  th[scope=row] { text-indent: -9pt; }
  .glyph { margin-right: 3pt; }
  .signs img { max-width: 8cm; }
  details .signs img { max-width: 100%; }
  .panels { grid-template-columns: repeat(5, minmax(0, 1fr)); }
  .panels figcaption, .ramp { font-size: 7.5pt; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; opacity: 1; }
  summary { color: inherit; list-style: none; font-weight: 600; }
  .pixels, .swatch, .bar, .glyph { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  pre { background: none; }
}
`;
