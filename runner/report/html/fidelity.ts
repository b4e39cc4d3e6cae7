import { createHash } from 'node:crypto'
import { age, type FidelityReport, type OperationScore, percent } from '../../fidelity/score.ts'
import { html, type Markup, raw } from './markup.ts'
import { STYLE } from './style.ts'

const MORE = `
.matrix tbody tr { border-top: 1px solid var(--line) } .matrix th[scope=row] { font: 600 13px/1.5 var(--mono); overflow-wrap: anywhere } .matrix thead th { color: var(--soft); font-weight: 400; font-size: 12.5px }
.matrix .share { width: 18%; min-width: 80px } .matrix .share svg { display: block; width: 100%; margin-top: 6px } .matrix .good { fill: var(--pass) } .matrix .unsure { fill: var(--unsure) }
.matrix .first { color: var(--soft); overflow-wrap: anywhere; min-width: 200px }
`
const ALL_STYLE = STYLE + MORE
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(ALL_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`

/** What recordings have shown of a twin, operation by operation, as one HTML file that needs nothing else. */
export function fidelityPage(report: FidelityReport, reached: boolean, nowMs: number, version: string): string {
  const { twin, interactions, modelled, matched, files, recorded, operations, ignored } = report
  const status = interactions === 0 ? 'inconclusive' : reached ? 'pass' : 'fail'
  const tile = (name: string, value: string, more: string): Markup =>
    html`<div class="tile"><dt>${name}</dt><dd>${value}</dd><p>${more}</p></div>`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${twin}: fidelity</title><style>${raw(ALL_STYLE)}</style></head>
<body><header class="top ${status}"><div class="inner"><p class="brand">Backlot</p>
<h1><span class="verdict">${percent(matched, modelled)} %</span> <span class="project">of what the ${twin} twin models is as it was recorded</span></h1></div></header>
<main class="inner"><dl class="tiles">${tile('match', `${percent(matched, modelled)} %`, `${matched} of ${modelled} modelled interactions`)}${tile('modelled', `${percent(modelled, interactions)} %`, `${modelled} of ${interactions} interactions`)}${tile('operations', `${operations.length}`, 'seen in the recordings')}${tile('recordings', `${files}`, `newest ${age(recorded.newest, nowMs)}`)}</dl>
<section><h2>Operations</h2><div class="scroll"><table class="matrix"><thead><tr><th>operation</th><th class="share">match, differs, unmodelled</th><th class="number">match</th><th class="number">differs</th><th class="number">unmodelled</th><th>newest match</th><th>first difference, or why it is not modelled</th></tr></thead>
<tbody>${operations.map(row)}</tbody></table></div></section>
${ignored.length === 0 ? null : html`<section><h2>Differences that are known and right</h2><div class="scroll"><table class="matrix"><tbody>${ignored.map(({ at, what, why, times }) => html`<tr><th scope="row">${at}</th><td>${what}</td><td class="number">${times}</td><td class="first">${why}</td></tr>`)}</tbody></table></div></section>`}
</main><footer class="inner"><p>Made by Backlot ${version} from ${files} recordings.</p></footer></body></html>
`.markup
}

function row(score: OperationScore): Markup {
  const { operation, interactions, matched, differs, unmodelled, newestMatch, firstDifference: first } = score
  const why = score.unmodelledBecause[0]?.why ?? ''
  const told =
    first === null
      ? why
      : `${first.at}: recorded ${first.expected}, the twin gave ${first.got} (${first.file} entry ${first.entry})`
  const bar = (from: number, many: number, kind: string): Markup | null =>
    many === 0
      ? null
      : html`<rect class="${kind}" x="${(100 * from) / interactions}%" width="${(100 * many) / interactions}%" height="8"/>`
  return html`<tr><th scope="row">${operation}</th><td class="share"><svg height="8" role="img" aria-label="${matched} of ${interactions} match">${bar(0, matched, 'good')}${bar(matched, differs, 'bad')}${bar(matched + differs, unmodelled, 'unsure')}</svg></td><td class="number">${matched}</td><td class="number">${differs}</td><td class="number">${unmodelled}</td><td>${newestMatch}</td><td class="first">${told}</td></tr>`
}
