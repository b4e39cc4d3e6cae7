import { duration } from '../../../oracle/expectations.ts'
import { grouped, oddChecks } from '../notices.ts'
import type { ReportData } from '../report-data.ts'
import type { Story, StoryRow } from '../story.ts'
import { clock } from '../timeline.ts'
import type { GateVerdict, ReportedCheck, ReportedFinding, Status } from '../verdict.ts'
import { anchor, html, type Markup } from './markup.ts'
import { timeline } from './timeline.ts'

export const WORDS: Readonly<Record<Status, string>> = {
  pass: 'pass',
  fail: 'fail',
  'needs-human': 'needs a person',
  inconclusive: 'inconclusive',
}

/** Every check that did not pass, with what is known of it. */
export function findings(verdict: GateVerdict, data: ReportData | undefined): Markup {
  const odd = oddChecks(verdict)
  if (odd.length === 0) return html`<p class="calm">Every check passed. There is nothing to look at here.</p>`
  const told = new Set<string>()
  return html`${odd.map((check) => card(check, data, told))}`
}

function card(check: ReportedCheck, data: ReportData | undefined, told: Set<string>): Markup {
  const { id, kind, status, why, reason, findings: found } = check
  return html`<article class="finding ${status}" id="${anchor(id)}">
<header><span class="chip ${status}">${WORDS[status]}</span><h3>${id}</h3><span class="kind">${kind}</span></header>
<p class="why">${why}</p>
${reason === null ? null : html`<ul class="reasons">${reason.split('\n').map((line) => html`<li>${line}</li>`)}</ul>`}
${grouped(found).map(([one, also], at) => findingBlock(one, also, at === 0 ? data : undefined, told))}
</article>`
}

function findingBlock(
  found: ReportedFinding,
  also: readonly ReportedFinding[],
  data: ReportData | undefined,
  told: Set<string>,
): Markup {
  const { message, scenario, seed, atVirtualMs, place, smallest, replay } = found
  const story = data?.stories.find((one) => one.scenario === scenario && one.seed === seed)
  return html`<section class="case">
${scenario === null ? null : html`<p class="where"><strong>${scenario}</strong><span>seed ${seed ?? '?'}</span>${atVirtualMs === null ? null : html`<span>at +${duration(atVirtualMs)}</span>`}${place === null ? null : html`<code>${place}</code>`}</p>`}
<p class="message">${words(message)}</p>
${smallest === null ? null : smallestCase(smallest)}
${replay === null ? null : command(replay)}
${story === undefined ? null : pictures(story, atVirtualMs, told)}
${also.length === 0 ? null : others(also)}
</section>`
}

/** What stands between backticks as code. */
const words = (text: string): Markup =>
  html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`

const others = (also: readonly ReportedFinding[]): Markup =>
  html`<details><summary>The same with seed ${also.map(({ seed }) => seed ?? '?').join(', ')}</summary>${also.map(({ replay }) => (replay === null ? null : command(replay)))}</details>`

/** The timeline and the calls. One picture of a scenario is open; those of its other seeds look much the same and wait to be asked for. */
function pictures(story: ReportData['stories'][number], foundAtMs: number | null, told: Set<string>): Markup {
  const { scenario, seed, candidate, base } = story
  const picture = timeline(candidate, base, foundAtMs)
  const again = told.has(scenario)
  told.add(scenario)
  return html`${again ? html`<details><summary>Timeline <span>of seed ${seed}</span></summary>${picture}</details>` : picture}${calls('What the candidate did', candidate, foundAtMs)}${base === null ? null : calls('What the base did', base, null)}`
}

/** `2 of 14 steps: a; b` as a list of steps. */
function smallestCase(text: string): Markup {
  const at = text.indexOf(': ')
  if (at < 0) return html`<p class="smallest">smallest case, ${text}</p>`
  return html`<div class="smallest"><h4>Smallest case <span>${text.slice(0, at)}</span></h4><ol>${text
    .slice(at + 2)
    .split('; ')
    .map((step) => html`<li><code>${step}</code></li>`)}</ol></div>`
}

const command = (text: string): Markup =>
  html`<div class="command"><code>${text}</code><button type="button" class="copy">copy</button></div>`

function calls(title: string, { rows, cut, hash }: Story, foundAtMs: number | null): Markup {
  const number = rows.filter(({ kind }) => kind === 'call').length
  return html`<details class="calls"><summary>${title} <span>${number} calls, run ${hash.slice(0, 12)}</span></summary>
<div class="scroll"><table><thead><tr><th>time</th><th>step</th><th>what</th><th>outcome</th><th class="number">cost</th></tr></thead><tbody>${rows.map((row, at) => callRow(row, foundAtMs !== null && row.atMs >= foundAtMs && (rows[at - 1]?.atMs ?? -1) < foundAtMs))}</tbody></table></div>
${cut === 0 ? null : html`<p class="note">${cut} more are left out here; the replay shows all of them.</p>`}</details>`
}

const SIGN: Readonly<Record<StoryRow['kind'], string>> = {
  request: '→',
  delivery: '⇠',
  call: '⇢',
  happening: '·',
  log: '“',
  trouble: '!',
}

const callRow = ({ atMs, tookMs, kind, step, text, outcome, fault, cost, bad }: StoryRow, found: boolean): Markup =>
  html`<tr class="${kind}${bad ? ' bad' : ''}${found ? ' found' : ''}"><td>${clock(atMs)}</td><td>${step}</td><td><span class="sign">${SIGN[kind]}</span> ${text}${fault === null ? null : html` <span class="chip fault">${fault}</span>`}</td><td>${outcome}${tookMs === null || tookMs === 0 ? null : html` <span class="note">after ${duration(tookMs)}</span>`}</td><td class="number">${cost ?? ''}</td></tr>`
