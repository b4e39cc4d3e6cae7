import { expect, test } from 'vitest'
import { printHtml } from '../../../runner/report/html/page.ts'
import { printMarkdown } from '../../../runner/report/markdown.ts'
import { type ReportData, reportData } from '../../../runner/report/report-data.ts'
import { storyOf } from '../../../runner/report/story.ts'
import { cost, runOf } from '../../support/runs.ts'
import { check, finding, forAPerson, HOSTILE, passed, unsure, verdictOver } from './sample.ts'

const CALL = { key: 'a/stripe.refunds.create#1', method: 'POST', path: '/v1/refunds' }
const run = runOf(
  [
    [0, 'app.request', { id: 'a', method: 'POST', path: '/refunds' }],
    [1, 'stripe.refunds.create', CALL],
    [1, 'fault', { key: CALL.key, kind: 'answer-lost' }],
    [1, 'cost.line', { key: CALL.key, amount: '0.10', currency: 'USD' }],
    [1, 'cost.line', { key: CALL.key, amount: '0.05', currency: 'USD' }],
    [1, 'stripe.answer', { key: CALL.key, status: 200 }],
    [3, 'call.broken', { key: CALL.key }],
    [4, 'app.log', { text: HOSTILE }],
    [5, 'app.answer', { id: 'a', status: 502 }],
    [6, 'app.request', { id: 'w', method: 'POST', path: '/hook' }, 'w'],
  ],
  {
    causes: { w: 'a' },
    bill: { lines: [cost(1, '0.10'), cost(1, '0.05')], unpriced: [] },
    pending: [{ what: 'POST /hook', step: 'w', sinceMs: 6000 }],
  },
)

test('a story joins what belongs together: a request with its answer, a call with its fault, its cost and its end', () => {
  const { rows, spent, lanes } = storyOf(run)
  expect(
    rows.map(({ kind, text, outcome, fault, cost: amount, tookMs, bad }) => [
      kind,
      text.slice(0, 21),
      outcome,
      fault,
      amount,
      tookMs,
      bad,
    ]),
  ).toEqual([
    ['request', 'POST /refunds', '502', null, null, 5000, true],
    ['call', 'stripe.refunds.create', 'broke off', 'answer-lost', '0.15 USD', 2000, true],
    ['log', HOSTILE.slice(0, 21), '', null, null, null, false],
    ['delivery', 'POST /hook', 'pending at the end: POST /hook', null, null, null, true],
  ])
  expect(spent).toEqual([
    [1000, '0.1'],
    [1000, '0.15'],
  ])
  expect(lanes).toEqual(['service', 'stripe'])
})

test('a story of a long run is cut, and says by how much', () => {
  const long = storyOf(runOf(Array.from({ length: 1000 }, (_, at) => [at, 'app.log', { text: 'x' }] as const)))
  expect([long.rows.length, long.cut]).toEqual([300, 700])
})

const story = storyOf(run)
const data: ReportData = {
  schema: 'backlot.report/v1',
  seeds: ['1', '2'],
  seedsAsked: 20,
  scenarios: [
    {
      id: HOSTILE,
      title: HOSTILE,
      file: HOSTILE,
      covers: [HOSTILE],
      cells: [
        { cell: 'fail', cached: false },
        { cell: 'missing', cached: false },
      ],
    },
    {
      id: 'b',
      title: 'b',
      file: 'b',
      covers: [],
      cells: [
        { cell: 'pass', cached: true },
        { cell: 'unplanned', cached: false },
      ],
    },
  ],
  stories: [{ scenario: 'refunds', seed: '3', base: story, candidate: story }],
  costs: {
    byScenario: [{ what: HOSTILE, base: '0.1', candidate: '0.15', currency: 'USD' }],
    byProduct: [{ what: 'stripe refund', base: null, candidate: '0.15', currency: 'USD' }],
  },
  gaps: [{ twin: 'stripe', what: HOSTILE, why: HOSTILE }],
}
const hostile = check({
  id: HOSTILE,
  why: HOSTILE,
  findings: [finding({ message: HOSTILE, smallest: `1 of 2 steps: ${HOSTILE}`, replay: HOSTILE })],
})
const full = verdictOver([passed('subject'), hostile, unsure, forAPerson], {
  project: HOSTILE,
  candidate: { name: HOSTILE, tree: null, commit: null },
  runs: { scenarios: 2, total: 2, expected: 3, cached: 1, virtualMs: 5000, wallMs: 10 },
})

test('nothing of anybody else becomes markup, an address to fetch, an attribute or a script', () => {
  const page = printHtml(full, data, '0.1.0')
  const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, tag]) => tag))
  for (const tag of ['img', 'iframe', 'object', 'link', 'form', 'base']) expect(tags).not.toContain(tag)
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\s(on\w+|style|src)=/)
  expect([...page.matchAll(/href="([^"]*)"/g)].every(([, to]) => to?.startsWith('#'))).toBe(true)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
})

test('the policy names the very style and script of the page, and fetches nothing', () => {
  const page = printHtml(full, data, '0.1.0')
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? ''
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/,
  )
})

test('the tier, sealed scenarios by number and the share of kept promises stand in both summaries', () => {
  const verdict = verdictOver([passed('a')], {
    policy: { tier: 3, rule: 'src/money/**', owner: 'payments', demands: [], agent: null },
    holdout: { commitment: 'c', evaluated: 4, passed: false, requirements: [], budgetLeft: 2 },
    satisfaction: { passed: 64, of: 67, lower: 0.8941 },
    twins: [{ name: 'stripe', apiVersions: [], fidelity: null, recordedAt: null }],
  })
  const page = printHtml(verdict, data, '0.1.0')
  for (const words of [
    'src/money/**, payments',
    '4 evaluated, 2 evaluations left',
    'at least 89.4 % of all would',
    'not been measured: stripe',
  ])
    expect(page).toContain(words)
  expect(printMarkdown(verdict)).toContain(
    'tier 3 by `src/money/**`, owner `payments`; 4 sealed scenarios not passed, 2 evaluations left; 64 of 67 runs kept every promise (at least 89.4 % of all would, with 95 % confidence).',
  )
})

test('what was not run is said in words, and the same verdict gives the same page', () => {
  const page = printHtml(full, data, '0.1.0')
  for (const words of [
    '1 of 3 runs are missing',
    'the project asks for 20',
    '1 run was taken from the cache',
    'never exercised',
  ])
    expect(page).toContain(words)
  expect(printHtml(full, data, '0.1.0')).toBe(page)
})

test('a refused candidate has a page too: it says that nothing was run', () => {
  const refused = verdictOver([forAPerson], { figures: [], cost: null })
  const page = printHtml(refused, undefined, '0.1.0')
  expect(page).toContain('Nothing of the candidate was run.')
  expect(page).toContain('needs a person')
})

test('the grid tells missing from unplanned, and a finding paints its cell', () => {
  const project = {
    config: { seeds: 2 },
    twins: [],
    rules: [],
    scenarios: ['a', 'b'].map((id) => ({
      id,
      title: id,
      covers: [],
      place: { file: `${id}.yaml`, line: 1, column: 1 },
      then: [],
    })),
  } as unknown as Parameters<typeof reportData>[1]['project']
  const entry = (id: string, seed: string) => ({ scenario: { id }, seed })
  const { scenarios } = reportData(verdictOver([check({ findings: [finding({ scenario: 'a', seed: '2' })] })]), {
    project,
    entries: [entry('a', '1'), entry('a', '2'), entry('b', '1')],
    base: undefined,
    candidate: [
      runOf([], { scenario: 'a', seed: '2' }),
      runOf([], { scenario: 'b', seed: '1', ending: { kind: 'exited', message: '', atMs: 0 } }),
    ],
    cached: new Set(['a 2']),
  })
  expect(scenarios.map(({ cells }) => cells.map(({ cell, cached }) => `${cell}${cached ? ' cached' : ''}`))).toEqual([
    ['missing', 'fail cached'],
    ['broke-off', 'unplanned'],
  ])
})
