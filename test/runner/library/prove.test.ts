import { afterAll, expect, test } from 'vitest'
import { readSentence } from '../../../oracle/rules/sentence.ts'
import { calm, type Incident, isFault, readLibrary } from '../../../runner/library/incident.ts'
import { createProver, removals } from '../../../runner/library/prove.ts'

const library = readLibrary()
const prover = createProver()
afterAll(() => prover.close())

/** Where a day without the fault has nothing to show either way: the rule speaks of what only the fault brings about. */
const SILENT_WHEN_CALM = [
  'access-after-leaving',
  'certificate-expires',
  'error-deletes-the-cache',
  'retry-after-ignored',
  'retry-without-backoff',
]
/** Whose bug does not come back by itself: the incident is about that. */
const STAYS_DOWN = ['lock-slower-than-handshake']

test.each(library)(
  '$name: red on the bug, green on the fix, calm without its fault, and nothing of it can go',
  async (incident) => {
    const proof = await prover.prove(incident)
    expect(proof.needs.filter(({ needed }) => !needed)).toEqual([])
    expect(proof.needs.length).toBeGreaterThanOrEqual(incident.scenario.when.length)
    expect(proof.fix).toEqual({ status: 'pass' })
    expect(proof.brokenByBug).toEqual(incident.rules.map(({ id }) => id))
    expect(proof.calm.status).toBe(SILENT_WHEN_CALM.includes(incident.name) ? 'inconclusive' : 'pass')
    const kinds = incident.scenario.when.map(({ kind }) => kind)
    const isAsked = kinds.includes('call') || kinds.includes('together')
    expect(proof.recovers).toEqual(
      kinds.includes('fault') && isAsked ? { bug: !STAYS_DOWN.includes(incident.name), fix: true } : undefined,
    )
    expect(proof.holds).toBe(true)
  },
)

const named = (name: string): Incident => {
  const found = library.find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected ${name} in the library, got none.`)
  return found
}
const twoLeaders = named('two-leaders')
const withRule = (sentence: string): Incident['rules'] => [{ id: 'X-1', ...readSentence(sentence), place: undefined }]

const { place } = twoLeaders.scenario
const ALONG: Incident['scenario']['when'][number] = { kind: 'pass', id: 'along', atMs: undefined, passMs: 1000, place }

const onlyRules = (scenario: Incident['scenario']): Incident['scenario'] => ({
  ...scenario,
  then: scenario.then.filter(({ kind }) => kind === 'rule'),
})

/** Stories of no use, and what the proof says of each. */
const planted: readonly (readonly [string, Incident, object])[] = [
  [
    'a rule that the bug keeps',
    { ...twoLeaders, rules: withRule('At most 9 `queue.send`.') },
    { brokenByBug: [], bug: { status: 'pass' } },
  ],
  [
    'a rule that the fix breaks',
    { ...twoLeaders, rules: withRule('At most 0 `queue.send`.') },
    { fix: { status: 'fail' } },
  ],
  [
    'a rule that is broken on any day',
    { ...twoLeaders, rules: withRule('Never `app.answer[status=202]`.') },
    { calm: { status: 'fail' } },
  ],
  [
    'a step that nobody needs',
    { ...twoLeaders, scenario: { ...twoLeaders.scenario, when: [...twoLeaders.scenario.when, ALONG] } },
    { needs: expect.arrayContaining([{ part: 'step along', needed: false }]) },
  ],
  [
    'a story that praises a service which does nothing',
    { ...named('doubled-file'), scenario: onlyRules(named('doubled-file').scenario) },
    { nobody: { status: 'pass' } },
  ],
  ['a date that is no fault', { ...named('job-at-dst'), calmClock: undefined }, { calm: { status: 'fail' } }],
]
test.each(planted)('%s is found', async (_, incident, found) => {
  expect(await prover.prove(incident)).toMatchObject({ ...found, holds: false })
})

test.each([
  ['retry-storm-on-the-cache', { bug: 500, fix: 4 }],
  ['costly-write-retried', { bug: 6, fix: 2 }],
  ['blank-policy', { bug: 0, fix: 0 }],
])('the tries of one request are counted, and what nobody asked for is not: %s', async (name, tries) => {
  expect((await prover.prove(named(name))).tries).toEqual(tries)
})

test('every incident has something that goes wrong, and a day on which it does not', () => {
  for (const incident of library) {
    const { scenario, calmClock } = incident
    expect([incident.name, scenario.when.some(isFault) || calmClock !== undefined]).toEqual([incident.name, true])
    expect(calm(incident, scenario)).not.toEqual(scenario)
  }
})

test('each step and each call of a group can be left out', () => {
  const { scenario } = named('queue-without-end')
  expect(removals(scenario).map(({ part }) => part)).toEqual([
    'slow on database.read',
    'step 2',
    'POST /logins (2-1)',
    'POST /logins (2-2)',
  ])
})
