/** The page's style: one column that fits a phone, light and dark by the reader's own setting. */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #101317); --card: light-dark(#fff, #181c22); --ink: light-dark(#1b2129, #e6e9ee); --soft: light-dark(#5b6675, #9aa5b3);
  --line: light-dark(#dfe3e8, #2b313a); --rail: light-dark(#eceff2, #242a32);
  --pass: light-dark(#15803d, #4ade80); --fail: light-dark(#c2272d, #ff7b72); --human: light-dark(#7c3aed, #c4a1ff); --unsure: light-dark(#a15c00, #f0b357);
  --is: light-dark(#2563eb, #6aa3ff); --was: light-dark(#aab4c2, #5d6875); --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace }
* { box-sizing: border-box }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif }
.inner { max-width: 1080px; margin: 0 auto; padding: 0 20px }
code { font: 0.92em/1.45 var(--mono); overflow-wrap: anywhere }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0 }
small, .note, .kind { color: var(--soft); font-weight: 400 }
small { font-size: 0.75em }
a { color: var(--is) }
.top { background: var(--card); border-bottom: 1px solid var(--line); border-top: 6px solid var(--tone); padding: 18px 0 20px }
.top.pass, .chip.pass, article.pass { --tone: var(--pass) } .top.fail, .chip.fail, article.fail { --tone: var(--fail) }
.top.needs-human, .chip.needs-human, article.needs-human { --tone: var(--human) } .top.inconclusive, .chip.inconclusive, article.inconclusive, .chip.fault { --tone: var(--unsure) }
.brand { color: var(--soft); font-size: 12px; letter-spacing: 0.14em; text-transform: uppercase }
h1 { font-size: 34px; line-height: 1.2; display: flex; flex-wrap: wrap; gap: 0 14px; align-items: baseline }
h1 .verdict { color: var(--tone) } h1 .project { font-weight: 500; overflow-wrap: anywhere }
.sides { color: var(--soft); margin-top: 4px } .sides code { color: var(--ink) }
.part { margin-top: 6px; font-weight: 600 }
.tiles { display: flex; flex-wrap: wrap; gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 20px 0 }
.tile { flex: 1 1 150px; background: var(--card); padding: 12px 14px } .tile dt { color: var(--soft); font-size: 12.5px } .tile dd { font-size: 21px; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums } .tile dd small { font-size: 13px }
.tile p { font-size: 12.5px; color: var(--soft) }
nav { position: sticky; top: 0; z-index: 3; display: flex; gap: 20px; overflow-x: auto; padding: 10px 0; background: var(--paper); border-bottom: 1px solid var(--line); font-size: 14px; white-space: nowrap }
nav a { text-decoration: none; color: var(--soft) } nav a:hover { color: var(--ink) }
main > section { padding: 26px 0 6px; scroll-margin-top: 40px }
h2 { font-size: 21px; margin-bottom: 12px } h3 { font: 600 17px/1.3 var(--mono); overflow-wrap: anywhere } h4 { font-size: 13.5px; margin-bottom: 6px } h4 span { color: var(--soft); font-weight: 400 }
.chip { display: inline-block; padding: 1px 8px; border-radius: 99px; font-size: 12px; font-weight: 600; line-height: 1.6; white-space: nowrap; color: var(--tone); background: color-mix(in srgb, var(--tone) 13%, transparent) }
.calm { color: var(--soft) }
.finding { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: 8px; padding: 16px 18px; margin-bottom: 16px; scroll-margin-top: 56px }
.finding header { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center } .finding .kind { font-size: 13px }
.why { color: var(--soft); margin-top: 2px }
.reasons { margin: 10px 0 0 18px }
.case { margin-top: 14px; padding-top: 14px; border-top: 1px dashed var(--line) }
.where { display: flex; flex-wrap: wrap; gap: 2px 12px; font-size: 13.5px; color: var(--soft) } .where strong { color: var(--ink) }
.message { font-size: 16px; font-weight: 550; margin: 4px 0 10px; overflow-wrap: anywhere }
.smallest { background: var(--rail); border-radius: 6px; padding: 10px 12px; margin-bottom: 10px } .smallest ol { padding-left: 22px } .smallest li::marker { color: var(--soft) }
.command { display: flex; align-items: stretch; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; background: var(--paper) }
.command code { flex: 1; padding: 7px 10px; overflow-x: auto; white-space: nowrap; overflow-wrap: normal } .command code::before { content: '$ '; color: var(--soft) }
button { font: inherit; font-size: 13px; border: 0; border-left: 1px solid var(--line); background: var(--card); color: var(--ink); padding: 0 14px; min-width: 74px; cursor: pointer } button:hover { background: var(--rail) }
:focus-visible { outline: 2px solid var(--is); outline-offset: 1px }
.timeline { margin-top: 16px; border: 1px solid var(--line); border-radius: 6px; overflow: hidden }
.lane { display: flex; align-items: center; border-bottom: 1px solid var(--line) } .lane svg { flex: 1; min-width: 0; display: block; width: 100% }
.lane-name { flex: 0 0 96px; padding: 0 8px 0 10px; font-size: 12.5px; color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.lane.axis { background: var(--paper) }
svg text { font: 11px system-ui, 'Liberation Sans', sans-serif; fill: var(--soft) } .tick line { stroke: var(--was) }
.quiet { fill: var(--paper) } .was { fill: var(--was) } .is { fill: var(--is) } .bad { fill: var(--fail) } .fault { fill: var(--unsure) } .rail { fill: var(--rail) }
.mark.old { opacity: 0.55 } .mark:hover { opacity: 1; stroke: var(--ink) }
line.found { stroke: var(--fail); stroke-width: 1.5; stroke-dasharray: 3 2 }
.curve line { stroke: var(--is); stroke-width: 2 } .curve.was line { stroke: var(--was) } .curve text { text-anchor: end; font-weight: 600; fill: var(--is) } .curve.was text { fill: var(--soft) }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 7px 10px; font-size: 12.5px; color: var(--soft) }
.key::before { content: ''; display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; background: var(--is) } .key.was::before { background: var(--was) } .key.bad::before { background: var(--fail) } .key.fault::before { background: var(--unsure) }
.key.found::before { width: 0; border-left: 2px dashed var(--fail); border-radius: 0; background: none; height: 12px }
details { margin-top: 10px } details .command { margin-top: 6px } summary { cursor: pointer; font-size: 14px } summary span { color: var(--soft); font-size: 12.5px }
.scroll { overflow-x: auto; -webkit-overflow-scrolling: touch }
table { border-collapse: collapse; width: 100%; font-size: 13.5px } th { text-align: left; font-weight: 600 } td, th { padding: 5px 10px 5px 0; vertical-align: top }
.calls table { margin-top: 6px } .calls thead th { color: var(--soft); font-weight: 400; font-size: 12.5px } .calls tbody tr { border-top: 1px solid var(--line) } .calls td { font: 12.5px/1.5 var(--mono) } .calls td:first-child, .calls td:nth-child(2) { white-space: nowrap; color: var(--soft) } .calls td:nth-child(3) { overflow-wrap: anywhere; min-width: 220px }
.calls tr.bad td:nth-child(4) { color: var(--fail) } .calls tr.request td:nth-child(3) { font-weight: 700 } .calls tr.log td, .calls tr.happening td { color: var(--soft) } .calls tr.found { border-top: 2px dashed var(--fail) } .sign { color: var(--is) }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.bars { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 12px; margin-bottom: 18px } .figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px } .figure h4 { display: flex; justify-content: space-between; gap: 8px }
.bar { display: grid; grid-template-columns: 72px 1fr auto; gap: 10px; align-items: center; font-size: 13px; color: var(--soft) } .bar svg { width: 100% } .bar b { color: var(--ink); font-variant-numeric: tabular-nums; font-weight: 600 }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 20px 28px } .columns section { min-width: 0 }
.money tr { border-top: 1px solid var(--line) } .money th { font-weight: 500; overflow-wrap: anywhere } .money td { vertical-align: middle } .picture { width: 26%; min-width: 70px } .picture svg { display: block; width: 100% } .delta { min-width: 62px; padding-right: 2px } .more { color: var(--fail); font-weight: 600 } .less { color: var(--pass); font-weight: 600 }
.grid { width: auto } .grid thead th { color: var(--soft); font-weight: 400; font-size: 12px; text-align: center; padding: 0 2px 4px } .grid thead th:first-child { text-align: left }
.grid td { padding: 3px 2px; vertical-align: middle } .grid th[scope=row] { padding: 3px 16px 3px 0; position: sticky; left: 0; background: var(--paper); max-width: 460px; z-index: 1 } .grid th b { font-weight: 600; margin-right: 8px } .grid th .note { font-size: 12.5px }
.cell { display: inline-block; width: 18px; height: 18px; border-radius: 4px; background: var(--pass); vertical-align: middle; position: relative } td .cell { display: block }
.cell.fail { background: var(--fail) } .cell.fail::after { content: '×'; position: absolute; inset: 0; text-align: center; line-height: 17px; color: var(--card); font-weight: 800 } .cell.broke-off { background: var(--fail); clip-path: polygon(0 0, 100% 0, 0 100%) } .cell.missing { background: none; border: 2px dashed var(--unsure) } .cell.unplanned { background: none; border: 1px solid var(--line) } .cell.cached { opacity: 0.5 }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; font-size: 13px; color: var(--soft) } .legend i { width: 12px; height: 12px; margin-right: 6px } .legend .cell.fail::after { line-height: 11px; font-size: 11px }
.not-run { padding-left: 18px } .not-run li { margin-bottom: 4px } .gaps { font-size: 13.5px; margin-top: 8px } .gaps dt { margin-top: 6px } .gaps dd { color: var(--soft) }
.all tr { border-top: 1px solid var(--line) } .all td, .all th { padding: 7px 14px 7px 0 } .all th { font: 600 13.5px/1.5 var(--mono) } .all th .note { margin-left: 10px; font: 12.5px system-ui, 'Liberation Sans', sans-serif } .all td:first-child { width: 1%; white-space: nowrap }
footer { margin-top: 30px; padding-bottom: 40px; font-size: 12.5px; color: var(--soft) } footer p { border-top: 1px solid var(--line); padding-top: 14px }
.identity { display: grid; grid-template-columns: auto 1fr; gap: 0 12px; margin-top: 6px }
@media (max-width: 760px) {
  .inner { padding: 0 14px } h1 { font-size: 27px } .columns { grid-template-columns: 1fr } .tile { flex-basis: 40% } .tile dd { font-size: 18px }
  .finding { padding: 13px 12px } .lane-name { flex-basis: 62px; padding: 0 4px 0 8px; font-size: 11.5px } .tick.minor, .wide { display: none } .bars { grid-template-columns: 1fr } .bar { grid-template-columns: 66px 1fr auto }
  .calls table, .calls tbody { display: block } .calls thead { display: none } .calls tbody tr { display: grid; grid-template-columns: auto 1fr auto; gap: 0 10px; padding: 5px 0 } .calls td { padding: 0 } .calls td:nth-child(3) { grid-column: 1 / -1; min-width: 0 } .calls td:nth-child(4) { grid-column: 1 / 3 } .calls td:nth-child(2) { overflow: hidden; text-overflow: ellipsis }
  .picture { display: none } .grid th[scope=row] { max-width: 150px; padding-right: 10px } .grid th .note { display: none } .grid th b { overflow-wrap: anywhere; font-size: 13px }
  .all tr { display: grid; grid-template-columns: auto 1fr; gap: 0 10px; padding: 7px 0 } .all td, .all th { padding: 0 } .all td:first-child { width: auto } .all td:last-child { grid-column: 1 / -1; color: var(--soft) }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
@media print { nav, button { display: none } .finding { break-inside: avoid } details > * { display: block } }
`
