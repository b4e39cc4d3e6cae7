import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import type { HardenJson } from '../../../runner/harden/result.ts'
import { backlot, copyProject } from '../../support/cli.ts'

type Copy = ReturnType<typeof copyProject>
const copies: Copy[] = []
afterAll(() => {
  for (const copy of copies) copy.close()
})
function tiny(): Copy {
  const copy = copyProject()
  copies.push(copy)
  copy.change('backlot.yaml', 'sandbox: preferred', 'sandbox: "off"')
  return copy
}
const PAY = 'backlot/scenarios/pay.scenario.yaml'

function harden(
  copy: Copy,
  ...more: readonly string[]
): { readonly code: number | null; readonly json: HardenJson; readonly stderr: string } {
  const { code, stdout, stderr } = backlot(['harden', '--project', copy.folder, '--seeds', '1', '--json', ...more])
  if (stdout === '') throw new Error(stderr)
  return { code, json: JSON.parse(stdout) as HardenJson, stderr }
}

test('faults are planted, those that no check notices are told, and the report opens in a browser', async () => {
  const copy = tiny()
  const report = join(copy.folder, 'report.html')
  const { code, json, stderr } = harden(copy, '--family', 'domain', '--report', report)
  expect(code).toBe(1)
  expect(json.killed + json.survived + json.noCoverage + json.timedOut + json.notModelled).toBe(json.mutants)
  const alive = json.survivors.map(({ mutator }) => mutator)
  expect(alive).not.toContain('AwaitDrop')
  // No scenario looks at the amount.
  expect(alive).toContain('CentOffset')
  expect(stderr).toContain('by class')
  expect(existsSync(join(copy.folder, '.backlot/harden/report.json'))).toBe(true)

  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(pathToFileURL(report).href)
    await page.getByText('main.ts').filter({ visible: true }).first().waitFor()
    expect(await page.getByText(`${json.survived}`, { exact: true }).count()).toBeGreaterThan(0)
    expect(errors).toEqual([])
  } finally {
    await browser.close()
  }

  // Only survivors are asked again, and a check that is new takes some of them.
  copy.change(PAY, 'where: { status: succeeded }', 'where: { status: succeeded, currency: usd, amount: 4900 }')
  const again = harden(copy, '--family', 'domain', '--survivors')
  expect(again.json.mutants).toBe(json.mutants)
  expect(again.json.survivors.map(({ mutator }) => mutator)).not.toContain('CentOffset')
  const judged = Number(/; (\d+) judged/.exec(again.stderr)?.[1])
  expect(judged).toBeLessThan(json.mutants)
})

test('what is passed while the program loads is left out where that is asked for', () => {
  const copy = tiny()
  const only = ['--family', 'generic', '--only', 'ObjectLiteral']
  const { json } = harden(copy, ...only)
  const served = servedIn(copy)
  const serving = harden(copy, ...only, '--survivors', '--serving')
  expect(serving.json.mutants).toBe(served)
  expect(served).toBeLessThan(json.mutants)
  expect(served).toBeGreaterThan(0)
})

/** How many mutants that count the last report has of code that runs while the program serves. */
function servedIn(copy: Copy): number {
  const report = JSON.parse(readFileSync(join(copy.folder, '.backlot/harden/report.json'), 'utf8')) as {
    readonly files: Readonly<
      Record<string, { readonly mutants: readonly { readonly static: boolean; readonly status: string }[] }>
    >
  }
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants)
  return all.filter((one) => !one.static && one.status !== 'Ignored').length
}

const MORE = `  const split = amount > 1_000_000
  for (let left = 3; left > 0; left--) Math.abs(left)
  try {
`

test('a loop is stopped by count, and what only a twin stops is no kill', () => {
  const copy = tiny()
  copy.change('src/main.ts', '  try {\n', MORE)
  copy.change('src/main.ts', 'amount,\n', "amount,\n        ...(split ? { confirmation_token: 'ctoken_1' } : {}),\n")
  const { json } = harden(
    copy,
    '--family',
    'generic',
    '--only',
    'ConditionalExpression',
    'EqualityOperator',
    'UpdateOperator',
  )
  expect(json.stoppedByTwins.map(({ replacement }) => replacement)).toEqual(['true', 'amount <= 1_000_000'])
  expect(json).toMatchObject({ notModelled: 2, timedOut: 1 })
  const report = readFileSync(join(copy.folder, '.backlot/harden/report.json'), 'utf8')
  expect(report).toMatch(
    /"replacement":"left\+\+".{0,200}"status":"Timeout","statusReason":"pay: expected status 201, got 500/,
  )
})

test('proposals are proven on good runs and survivors, and raise the score when they are applied', () => {
  const copy = tiny()
  copy.change(PAY, '  - { state: stripe.charges, where: { status: succeeded }, count: 1 }\n', '')
  copy.change(
    'backlot/scenarios/lost-answer.scenario.yaml',
    '  - { state: stripe.charges, count: 1 }\n  - { rule: PAY-1 }\n',
    '',
  )
  copy.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nrules: [nowhere/**]')
  const only = ['--family', 'domain', '--only', 'money', 'idempotency', 'data']
  const weak = harden(copy, ...only, '--propose', '--apply')
  expect(weak.stderr).toMatch(/PROPOSED in (pay|lost-answer): - \{ /)
  // Two scenarios, and each proposal is tried on the runs of its own.
  expect(weak.stderr).toContain('  green on 30 good runs; would catch src/main.ts:')
  expect(weak.stderr).toContain('each is green on at least 30 good runs of its own')
  expect(readFileSync(join(copy.folder, PAY), 'utf8')).toContain('answer: pay, status: 201')
  const strong = harden(copy, ...only, '--survivors')
  expect(strong.json.score).toBeGreaterThan(weak.json.score)
  expect(backlot(['run', '--project', copy.folder, '--no-shrink']).code).toBe(0)
})

test('a program that asks whether it is being mutated is refused, and one that only looks around learns nothing', () => {
  const honest = tiny()
  const only = ['--family', 'generic', '--only', 'ObjectLiteral', 'BooleanLiteral']
  const truth = harden(honest, ...only).json
  const cheat = tiny()
  cheat.change(
    'src/main.ts',
    'const app = new Hono()',
    "if (Object.keys(globalThis).some((name) => name.startsWith('m_'))) throw new Error('seen')\nconst app = new Hono()",
  )
  expect(harden(cheat, ...only).json).toMatchObject({ killed: truth.killed, survived: truth.survived })
  cheat.change('src/main.ts', "name.startsWith('m_')", "name === '__stryker__'")
  const { code, stderr } = backlot(['harden', '--project', cheat.folder])
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('expected no name of the mutation switch, got __stryker__'),
  ])
})

test('a program that does not pass its own checks says nothing about mutants', () => {
  const copy = tiny()
  copy.change(PAY, 'status: 201', 'status: 299')
  const { code, stdout, stderr } = backlot(['harden', '--project', copy.folder, '--seeds', '1'])
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toContain('pay/1: pay#1: pay: expected status 299, got 201')
  expect(stderr).toContain('nothing can be said of mutants')
})

test('a program that breaks a rule says nothing about mutants either', () => {
  const copy = tiny()
  copy.write(
    'backlot/rules/none.rules.yaml',
    'schema: 1\nrules:\n  - { id: NONE-1, why: Nobody is ever charged., never: stripe.charge.succeeded }\n',
  )
  const { code, stdout, stderr } = backlot(['harden', '--project', copy.folder, '--seeds', '1'])
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toContain('pay/1: NONE-1: NONE-1: Never `stripe.charge.succeeded`.')
})

test('what is answered counts in the same run', () => {
  const copy = tiny()
  const args = [
    'harden',
    '--project',
    copy.folder,
    '--seeds',
    '1',
    '--family',
    'domain',
    '--only',
    'CentOffset',
    '--json',
  ]
  const { code, stdout, stderr } = backlot([...args, '--triage'], { input: '1\nNo check looks at the amount.\n' })
  expect([code, stderr]).toEqual([0, expect.stringContaining('expected to catch it')])
  const { survivors } = JSON.parse(stdout) as HardenJson
  expect(survivors.map(({ label }) => label)).toEqual(['missing-assertion'])
  const report = readFileSync(join(copy.folder, '.backlot/harden/report.json'), 'utf8')
  expect(report).toContain('missing-assertion: No check looks at the amount.')
})
