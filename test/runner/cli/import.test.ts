import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { entry, har } from '../../scenarios/import/support.ts'
import { backlot, copyProject } from '../../support/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-import-'))
const project = copyProject()
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  project.close()
})

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const NIGHT = har(
  entry(
    0,
    'POST https://tiny.example.test/pay',
    { order: 'o-77', amount: 4900, email: 'ada@corp.example' },
    502,
    {},
    { tookMs: 3_000 },
  ),
  entry(100, 'POST https://api.stripe.com/v1/payment_intents', 'amount=4900&currency=usd', 0),
  entry(
    9_000,
    'POST https://tiny.example.test/pay',
    { order: 'o-78', amount: 4900, email: 'ada@corp.example' },
    201,
    {},
  ),
)

test('a night becomes a file of scenarios and a ledger in the project, which the project then has', () => {
  const night = file('night.har', NIGHT)
  const args = ['import', night, '--project', project.folder, '--incident', 'INC-77']
  const first = backlot(args)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/^inc-77: \d+ fields: \d+ observed/m)
  expect(first.stdout).toContain('two readings: answer-lost | request-lost')
  const written = join(project.folder, 'backlot/scenarios/incidents')
  const story = readFileSync(join(written, 'inc-77.scenario.md'), 'utf8')
  expect(JSON.parse(readFileSync(join(written, 'inc-77.ledger.json'), 'utf8'))).toMatchObject({
    schema: 'backlot.ledger/v1',
    scenario: 'inc-77',
  })
  expect(story).not.toContain('ada@corp.example')
  // The scenarios of the project name this customer and this amount: they may stay.
  expect(story).toContain('amount: 4900')

  const again = backlot(args)
  expect([again.code, again.stderr]).toEqual([
    2,
    expect.stringContaining('Say --id for another, or --force to write it again.'),
  ])
  const forced = backlot([...args, '--force', '--json'])
  expect(JSON.parse(forced.stdout)).toMatchObject({
    schema: 'backlot.import/v1',
    nothing: null,
    scenarios: ['inc-77-answer-lost', 'inc-77-request-lost'],
  })
  // The key was made once: the same night gives the same story.
  expect(readFileSync(join(written, 'inc-77.scenario.md'), 'utf8')).toBe(story)
})

test('what the project says of an account stays beside what is inferred of it; what a twin does not explain says why', () => {
  const euro = copyProject()
  const settings = join(euro.folder, 'backlot.yaml')
  writeFileSync(
    settings,
    `${readFileSync(settings, 'utf8')}\ndefaults: { stripe: { account: { rates: { eur: "1.10" } } } }\n`,
  )
  const pay = entry(0, 'POST https://tiny.example.test/pay', { order: 'o-1', amount: 4900 }, 201, {}, { tookMs: 900 })
  const form = 'amount=4900&currency=eur&payment_method=pm_card_visa&confirm=true'
  const intent = { id: 'pi_1', object: 'payment_intent', amount: 4900, currency: 'eur', status: 'succeeded' }
  const night = file(
    'euro.har',
    har(
      pay,
      entry(100, 'POST https://api.stripe.com/v1/payment_intents', form, 200, intent),
      entry(500, 'POST https://api.stripe.com/v1/unheard_of', 'a=1', 200, { id: 'u_1' }),
    ),
  )
  const { code, stdout, stderr } = backlot(['import', night, '--project', euro.folder, '--id', 'euro'])
  const story = readFileSync(join(euro.folder, 'backlot/scenarios/incidents/euro.scenario.md'), 'utf8')
  euro.close()
  expect(code, stderr).toBe(0)
  expect(story).toMatch(/account: \{ rates: \{ eur: "1.10" \}, payment_methods: /)
  expect(stdout).toContain('is not explained (no such operation in the twin)')
})

test('what holds no call to the service is told so, with exit code 4, and nothing is written', () => {
  const calls = file('calls.har', har(entry(0, 'GET https://api.stripe.com/v1/customers', undefined, 200)))
  const { code, stdout } = backlot(['import', 'har', calls, '--project', project.folder, '--id', 'nothing'])
  expect([code, stdout]).toEqual([
    4,
    expect.stringContaining('nothing to replay: the evidence holds only calls that your service'),
  ])
  expect(existsSync(join(project.folder, 'backlot/scenarios/incidents/nothing.scenario.md'))).toBe(false)
})

test.each([
  [['import', 'nowhere.har'], 'expected a file of evidence, got nowhere.har, which does not exist.'],
  [['import', 'har'], 'expected a file after the kind "har", got none.'],
  [['import', '$odd', '--id', 'x'], 'expected a file of a known kind (har, otlp, goreplay'],
  [['import', '$night', '--id', 'X!'], 'expected --id of lower-case letters, digits and dashes, got "X!".'],
  [['import', '$night', '--id', 'x', '--around', 'noon'], 'expected --around such as'],
])('%j is a mistake of whoever types it', (args, message) => {
  const paths: Readonly<Record<string, string>> = { $odd: file('odd.txt', 'hello\n'), $night: file('n.har', NIGHT) }
  const { code, stderr } = backlot([...args.map((one) => paths[one] ?? one), '--project', project.folder])
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})
