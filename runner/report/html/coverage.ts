import type { Cell, ReportData } from '../report-data.ts'
import type { GateVerdict } from '../verdict.ts'
import { html, type Markup } from './markup.ts'

const WORDS: Readonly<Record<Cell, string>> = {
  pass: 'held',
  fail: 'failed',
  'broke-off': 'broke off',
  missing: 'not run, though it had to be',
  unplanned: 'not asked for',
}

/** Every scenario with every seed, as one square each. */
export function grid({ seeds, scenarios }: ReportData): Markup {
  const count = (cell: Cell): number =>
    scenarios.flatMap(({ cells }) => cells).filter((one) => one.cell === cell).length
  const legend = (Object.keys(WORDS) as Cell[]).filter((cell) => count(cell) > 0)
  return html`<div class="scroll"><table class="grid"><thead><tr><th scope="col">scenario</th>${seeds.map((seed) => html`<th scope="col">${seed}</th>`)}</tr></thead><tbody>${scenarios.map(
    ({ id, title, covers, cells }) =>
      html`<tr><th scope="row"><b>${id}</b><span class="note">${title}${covers.length === 0 ? '' : ` · ${covers.join(', ')}`}</span></th>${cells.map(
        ({ cell, cached }, at) =>
          html`<td><span class="cell ${cell}${cached ? ' cached' : ''}" role="img" aria-label="seed ${seeds[at]}: ${WORDS[cell]}${cached ? ', from the cache' : ''}" title="${id}, seed ${seeds[at]}: ${WORDS[cell]}${cached ? ', from the cache' : ''}"></span></td>`,
      )}</tr>`,
  )}</tbody></table></div>
<p class="legend">${legend.map((cell) => html`<span><i class="cell ${cell}"></i>${WORDS[cell]} ${count(cell)}</span>`)}${scenarios.some(({ cells }) => cells.some(({ cached }) => cached)) ? html`<span><i class="cell pass cached"></i>from the cache</span>` : null}</p>`
}

/** What this verdict does not rest on, in plain words. */
export function notRun(verdict: GateVerdict, data: ReportData | undefined): Markup {
  const { runs, determinism, base, checks, shard, figures, holdout, twins, unproven } = verdict
  const unmeasured = twins.filter(({ fidelity }) => fidelity === null).map(({ name }) => name)
  const lines: (Markup | null)[] = [
    shard === null
      ? null
      : html`<li>This is part ${shard.index} of ${shard.of}. The other parts are not in it, and it is no verdict yet.</li>`,
    runs.total < runs.expected
      ? html`<li><strong>${runs.expected - runs.total} of ${runs.expected} runs are missing.</strong></li>`
      : null,
    base === null
      ? html`<li>There was no base: nothing is compared, and no cost can be said to have grown.</li>`
      : null,
    data !== undefined && data.seeds.length < data.seedsAsked
      ? html`<li>${data.seeds.length} seeds were run; the project asks for ${data.seedsAsked}.</li>`
      : null,
    unproven.length > 0
      ? html`<li><strong>Made from incidents and never shown to fail: ${unproven.map(({ scenario, why }) => `${scenario} (${why})`).join(', ')}.</strong> They were not played and decide nothing.</li>`
      : null,
    determinism.certified < runs.scenarios
      ? html`<li>${determinism.certified} of ${runs.scenarios} scenarios were run again elsewhere to certify that they repeat. <code>--certify</code> does it for all.</li>`
      : null,
    runs.cached > 0
      ? html`<li>${runs.cached === 1 ? '1 run was' : `${runs.cached} runs were`} taken from the cache and not played again.</li>`
      : null,
    ['bubblewrap', 'docker', 'not started'].includes(determinism.sandbox)
      ? null
      : html`<li>The program ran without the sandbox: ${determinism.sandbox}.</li>`,
    holdout !== null && holdout.evaluated === 0 ? html`<li>Sealed scenarios were not opened.</li>` : null,
    unmeasured.length > 0
      ? html`<li>How true these twins are to their services has not been measured: ${unmeasured.join(', ')}.</li>`
      : null,
    runs.total > 0 && figures.length === 0
      ? html`<li>Costs were not compared: runs that broke off would compare a part with a whole.</li>`
      : null,
    ...checks
      .filter(({ status }) => status === 'inconclusive')
      .map(({ id, reason }) => html`<li><code>${id}</code> ${reason?.split('\n')[0] ?? ''}</li>`),
  ]
  const told = lines.filter((line) => line !== null)
  return html`${told.length === 0 ? html`<p class="calm">All that was to be run has been run.</p>` : html`<ul class="not-run">${told}</ul>`}
${data === undefined || data.gaps.length === 0 ? null : html`<details><summary>What the twins do not model <span>${data.gaps.length}; a call to one of them stops the run</span></summary><dl class="gaps">${data.gaps.map(({ twin, what, why }) => html`<dt><code>${twin}</code> ${what}</dt><dd>${why}</dd>`)}</dl></details>`}`
}
