import type { CostRow, ReportData } from '../report-data.ts'
import type { GateVerdict, ReportedFigure } from '../verdict.ts'
import { html, type Markup, percent } from './markup.ts'
import { money } from './timeline.ts'

const ROWS_MAX = 12

/** What the candidate costs, beside the base: the figures of the verdict, then money by scenario and by product. */
export function costs(verdict: GateVerdict, data: ReportData | undefined): Markup {
  const failed = new Set(verdict.checks.filter(({ status }) => status === 'fail').map(({ id }) => id))
  return html`<div class="bars">${verdict.figures.map((figure) => figureBars(figure, failed.has(figure.id)))}</div>
${data === undefined ? null : html`<div class="columns">${table('By scenario, all seeds', data.costs.byScenario)}${table('By product', data.costs.byProduct)}</div>`}`
}

/** A figure as a number to compare: `3.5 s` and `21 s` are on one scale. */
function sizeOf(text: string): number {
  const [, value = '0', unit = ''] = /^([\d.]+)\s*(\w*)/.exec(text) ?? []
  const scale: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }
  return Number(value) * (scale[unit] ?? 1)
}

function figureBars({ unit, base, candidate }: ReportedFigure, failed: boolean): Markup {
  const [was, is] = [sizeOf(base ?? '0'), sizeOf(candidate)]
  const most = Math.max(was, is)
  const tone = failed ? 'bad' : 'is'
  return html`<div class="figure"><h4>${unit}${failed ? html` <span class="chip fail">too much</span>` : null}</h4>
${base === null ? null : bar('base', was, most, base, 'was')}${bar('candidate', is, most, candidate, tone)}</div>`
}

const bar = (name: string, size: number, most: number, text: string, tone: string): Markup =>
  html`<div class="bar"><span>${name}</span><svg height="12" aria-hidden="true"><rect class="rail" width="100%" height="12" rx="3"/><rect class="${tone}" width="${percent(size, most === 0 ? 1 : most)}" height="12" rx="3"/></svg><b>${text}</b></div>`

function table(title: string, rows: readonly CostRow[]): Markup {
  if (rows.length === 0) return html`<section><h4>${title}</h4><p class="note">Nothing was billed.</p></section>`
  const cut = rows.slice(ROWS_MAX)
  const line = ({ what, base, candidate, currency }: CostRow): Markup => {
    // Each row has its own scale: a model's tokens beside card fees would be too short to see.
    const most = Math.max(Number(base ?? 0), Number(candidate))
    const grown = base !== null && Number(candidate) > Number(base) * 1.001
    return html`<tr><th scope="row">${what}</th><td class="picture"><svg height="18" aria-hidden="true">${base === null ? null : html`<rect class="was" width="${percent(Number(base), most || 1)}" y="1" height="7" rx="2"/>`}<rect class="${grown ? 'bad' : 'is'}" width="${percent(Number(candidate), most || 1)}" y="${base === null ? 5 : 10}" height="7" rx="2"/></svg></td><td class="number">${base === null ? null : html`<span class="note">${money(base)} →</span> `}${money(candidate)} ${currency}</td><td class="number delta">${delta(base, candidate)}</td></tr>`
  }
  return html`<section><h4>${title}</h4><div class="scroll"><table class="money"><tbody>${rows.slice(0, ROWS_MAX).map(line)}</tbody></table></div>
${cut.length === 0 ? null : html`<details><summary>${cut.length} more, with smaller differences</summary><div class="scroll"><table class="money"><tbody>${cut.map(line)}</tbody></table></div></details>`}</section>`
}

function delta(base: string | null, candidate: string): Markup | string {
  if (base === null) return ''
  const [was, is] = [Number(base), Number(candidate)]
  if (was === is) return html`<span class="note">same</span>`
  if (was === 0) return html`<span class="more">new</span>`
  const ratio = is / was
  if (ratio >= 2) return html`<span class="more">${ratio.toFixed(1)}x</span>`
  const share = `${ratio >= 1 ? '+' : '−'}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`
  return html`<span class="${ratio > 1 ? 'more' : 'less'}">${share}</span>`
}
