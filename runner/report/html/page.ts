import { createHash } from 'node:crypto'
import { duration } from '../../../oracle/expectations.ts'
import type { ReportData } from '../report-data.ts'
import type { GateVerdict, ReportedCheck } from '../verdict.ts'
import { costs } from './costs.ts'
import { grid, notRun } from './coverage.ts'
import { findings, WORDS } from './findings.ts'
import { anchor, html, type Markup, raw } from './markup.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing but our own style and script, by their hashes; nothing is ever fetched. */
const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'`

/** The verdict as one HTML file that needs nothing else. Without `data` (nothing was run) it shows the verdict alone. */
export function printHtml(verdict: GateVerdict, data: ReportData | undefined, version: string): string {
  const { status, project, shard } = verdict
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${WORDS[status]}: ${project}</title><style>${raw(STYLE)}</style></head>
<body><header class="top ${status}"><div class="inner"><p class="brand">Backlot</p>
<h1><span class="verdict">${WORDS[status]}</span> <span class="project">${project}</span></h1>
${shard === null ? null : html`<p class="part">Part ${shard.index} of ${shard.of}: no verdict yet. <code>backlot merge</code> judges all parts together.</p>`}
<p class="sides">${sides(verdict)}</p></div></header>
<main class="inner">${tiles(verdict)}
<nav aria-label="parts"><a href="#findings">Findings</a><a href="#cost">Cost</a><a href="#run">What was run</a><a href="#not-run">What was not</a><a href="#checks">All checks</a></nav>
<section id="findings"><h2>Findings</h2>${findings(verdict, data)}</section>
<section id="cost"><h2>Cost${verdict.base === null ? null : html` <small>base beside candidate</small>`}</h2>${verdict.figures.length === 0 ? html`<p class="calm">Nothing was measured.</p>` : costs(verdict, data)}</section>
<section id="run"><h2>What was run <small>${verdict.runs.total} runs</small></h2>${data === undefined ? html`<p class="calm">Nothing of the candidate was run.</p>` : grid(data)}</section>
<section id="not-run"><h2>What was not</h2>${notRun(verdict, data)}</section>
<section id="checks"><h2>All checks <small>${verdict.checks.length}</small></h2>${allChecks(verdict.checks)}</section></main>
<footer class="inner"><p>Made by Backlot ${version} from one verdict; this page computes no status of its own.</p>${identity(verdict)}</footer>
<script>${raw(SCRIPT)}</script></body></html>
`
  return page.markup
}

const sides = ({ candidate, base }: GateVerdict): Markup =>
  html`<code>${candidate.name}</code>${base === null ? ', alone' : html` against <code>${base.name}</code>`}`

function tiles(verdict: GateVerdict): Markup {
  const { checks, runs, cost, determinism, policy, holdout, satisfaction } = verdict
  const count = (status: string): number => checks.filter((check) => check.status === status).length
  const odd = (['fail', 'needs-human', 'inconclusive'] as const).filter((status) => count(status) > 0)
  const tile = (name: string, value: Markup | string, more: Markup | string): Markup =>
    html`<div class="tile"><dt>${name}</dt><dd>${value}</dd><p>${more}</p></div>`
  return html`<dl class="tiles">${tile(
    'checks',
    html`${count('pass')}<small> of ${checks.length} passed</small>`,
    odd.length === 0
      ? 'none is left open'
      : html`${odd.map((status) => html`<span class="chip ${status}">${count(status)} ${WORDS[status]}</span> `)}`,
  )}${cost === null ? null : tile('cost per request', cost.candidate, cost.base === null ? 'no base to compare with' : html`was ${cost.base}`)}${tile(
    'runs',
    html`${runs.total}${runs.total < runs.expected ? html`<small> of ${runs.expected}</small>` : null}`,
    `${runs.scenarios} scenarios${runs.cached > 0 ? `, ${runs.cached} from the cache` : ''}`,
  )}${tile('virtual time', duration(runs.virtualMs), `in ${(runs.wallMs / 1000).toFixed(1)} s of yours`)}${tile('determinism', determinism.tier, determinism.of === 0 ? 'nothing certified' : `${determinism.certified} of ${determinism.of} certified`)}${tile('sandbox', determinism.sandbox.split(' (')[0] ?? '', 'around base and candidate')}${
    policy === null
      ? null
      : tile('tier', `${policy.tier}`, html`${policy.rule}${policy.owner === null ? '' : `, ${policy.owner}`}`)
  }${
    holdout === null || holdout.evaluated === 0
      ? null
      : tile(
          'sealed scenarios',
          holdout.passed === true ? 'passed' : 'not passed',
          `${holdout.evaluated} evaluated, ${holdout.budgetLeft} evaluations left`,
        )
  }${
    satisfaction === null
      ? null
      : tile(
          'kept every promise',
          html`${satisfaction.passed}<small> of ${satisfaction.of}</small>`,
          `at least ${(100 * satisfaction.lower).toFixed(1)} % of all would, 95 % sure`,
        )
  }</dl>`
}

const allChecks = (checks: readonly ReportedCheck[]): Markup =>
  html`<div class="scroll"><table class="all"><tbody>${checks.map(
    ({ id, kind, status, why }) =>
      html`<tr><td><span class="chip ${status}">${WORDS[status]}</span></td><th scope="row">${status === 'pass' ? id : html`<a href="#${anchor(id)}">${id}</a>`}<span class="note">${kind}</span></th><td>${why}</td></tr>`,
  )}</tbody></table></div>`

const identity = ({ candidate, base, schema }: GateVerdict): Markup =>
  html`<dl class="identity"><dt>candidate</dt><dd><code>${candidate.tree ?? 'no tree'}</code></dd>${base === null ? null : html`<dt>base</dt><dd><code>${base.tree}</code></dd>`}<dt>format</dt><dd><code>${schema}</code></dd></dl>`
