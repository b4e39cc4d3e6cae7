import { expect, test } from 'vitest'
import { z } from 'zod'
import { inert, printAnnotations } from '../../../runner/report/annotations.ts'
import { printCodeQuality } from '../../../runner/report/code-quality.ts'
import { printJUnit } from '../../../runner/report/junit.ts'
import { printMarkdown } from '../../../runner/report/markdown.ts'
import { printSarif } from '../../../runner/report/sarif.ts'
import { check, finding, forAPerson, HOSTILE, passed, unsure, verdictOver } from './sample.ts'

const FULL = verdictOver([passed('subject'), check(), unsure, forAPerson])

/** What SARIF 2.1.0 and GitHub's code scanning ask of a file, as far as ours goes; strict, so that nothing unknown slips in. */
const text = z.strictObject({ text: z.string().min(1) })
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.literal('Backlot'),
          version: z.string().min(1),
          rules: z.array(z.strictObject({ id: z.string().min(1), shortDescription: text, fullDescription: text })),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string().regex(/\/$/) }),
      invocations: z.tuple([z.strictObject({ executionSuccessful: z.boolean(), exitCode: z.int() })]),
      columnKind: z.literal('utf16CodeUnits'),
      results: z.array(
        z.strictObject({
          ruleId: z.string().min(1),
          ruleIndex: z.int().min(0),
          level: z.enum(['error', 'warning', 'note', 'none']),
          message: text,
          locations: z.tuple([
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({
                  uri: z.string().regex(/^[A-Za-z0-9._~%/!'()*-]+$/),
                  uriBaseId: z.literal('%SRCROOT%'),
                }),
                region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
              }),
            }),
          ]),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
      properties: z.strictObject({ status: z.string(), cut: z.int() }),
    }),
  ]),
})
const readSarif = (verdict: typeof FULL) => sarif.parse(JSON.parse(printSarif(verdict, '0.1.0'))).runs[0]

test('SARIF: each result has its rule, a place and a fingerprint; what a person has to decide is an error', () => {
  const run = readSarif(FULL)
  expect(run.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ['PAY-1', 'error'],
    ['intake.dependencies', 'error'],
    ['MAIL-1', 'warning'],
  ])
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  expect(run.results[0]?.locations[0].physicalLocation.region).toEqual({ startLine: 12, startColumn: 5 })
  expect(run.invocations[0]).toEqual({ executionSuccessful: true, exitCode: 1 })
  expect(readSarif(verdictOver([unsure])).invocations[0]).toEqual({ executionSuccessful: false, exitCode: 4 })
})

test('SARIF: a path with odd characters is a valid address, and 6000 findings are cut to what is shown, with the number', () => {
  const odd = check({ findings: [finding({ place: 'a b/ü#?.yaml:1:1' })] })
  expect(readSarif(verdictOver([odd])).results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe(
    'a%20b/%C3%BC%23%3F.yaml',
  )
  const many = readSarif(verdictOver([unsure, check({ findings: Array.from({ length: 6000 }, () => finding()) })]))
  expect([many.results.length, many.properties.cut]).toEqual([5000, 1001])
  expect(many.results.some(({ level }) => level === 'warning')).toBe(false)
})

test('code quality: one entry a fingerprint, severity by status, the place of the settings where there is no other', () => {
  const twice = check({ findings: [finding(), finding({ seed: '4' })] })
  const entries: unknown = JSON.parse(printCodeQuality(verdictOver([twice, unsure])))
  const entry = z.strictObject({
    description: z.string().min(1),
    check_name: z.string().min(1),
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({ path: z.string(), lines: z.strictObject({ begin: z.int().min(1) }) }),
  })
  expect(
    z
      .array(entry)
      .parse(entries)
      .map(({ check_name, severity, location }) => [check_name, severity, location.path]),
  ).toEqual([
    ['PAY-1', 'critical', 'backlot/scenarios/refunds.scenario.yaml'],
    ['MAIL-1', 'minor', 'backlot.yaml'],
  ])
  expect(printCodeQuality(verdictOver([passed('a')]))).toBe('[]\n')
})

test('annotations: ten of a kind, worst first, and the rest is counted', () => {
  const many = Array.from({ length: 12 }, (_, at) => check({ id: `R-${at}` }))
  const lines = printAnnotations(verdictOver([unsure, ...many]))
    .trimEnd()
    .split('\n')
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10)
  expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(1)
  expect(lines.at(-1)).toBe(
    '2 more not annotated: GitHub shows 10 of a kind in a step. All of them stand in the verdict.',
  )
  expect(lines[0]).toBe(
    '::error file=backlot/scenarios/refunds.scenario.yaml,line=12,col=5,title=fail%3A R-0::refunds, seed 3: expected no refund after re_1, got re_2',
  )
})

test('annotations: text that wants to be a command stays text', () => {
  const evil = check({ id: 'a,b:c%', findings: [finding({ message: 'x\n::add-mask::y\r::error::z', place: null })] })
  const printed = printAnnotations(verdictOver([evil]))
  expect(printed.split('\n').filter((line) => line !== '')).toHaveLength(1)
  expect(printed).toBe('::error title=fail%3A a%2Cb%3Ac%25::refunds, seed 3: x%0A::add-mask::y%0D::error::z\n')
  expect(inert('  ::set-output name=a::b\nok ::x\na ##[command]b')).toBe(
    '  \\::set-output name=a::b\nok ::x\na ## [command]b',
  )
})

test.each([
  ['pass', verdictOver([passed('a')]), '<testsuite name="backlot billing" tests="1" failures="0" errors="0"'],
  ['fail', verdictOver([check()]), '<failure message="expected no refund'],
  ['needs-human', verdictOver([forAPerson]), '<failure type="needs-human"'],
  ['inconclusive', verdictOver([unsure]), '<error message="It was never exercised'],
] as const)('JUnit tells %s in its own way', (_, verdict, part) => expect(printJUnit(verdict)).toContain(part))

test('Markdown reads well', () => expect(printMarkdown(FULL)).toMatchSnapshot())

test('Markdown: hostile text makes no markup, link, image, mention or reference', () => {
  const evil = check({
    id: HOSTILE,
    why: HOSTILE,
    findings: [
      finding({
        message: HOSTILE,
        scenario: HOSTILE,
        place: HOSTILE,
        smallest: HOSTILE,
        replay: `x\n\`\`\`\n${HOSTILE}`,
      }),
    ],
  })
  const odd = { ...unsure, reason: `${HOSTILE}\n# title` }
  const markdown = printMarkdown(
    verdictOver([evil, odd], { project: HOSTILE, candidate: { name: HOSTILE, tree: null, commit: null } }),
  )
  // What is left when code is taken away must be harmless as it stands.
  const bare = markdown.replace(/```sh\n[^`]*?```/g, '').replace(/`[^`\n]*`/g, '')
  expect(bare).not.toMatch(/(?<!\\)[[\]<>]|@team|[^\\]#1|https:\/\/|www\.evil|^# title/m)
  expect(markdown.split('\n').filter((line) => line.trim().startsWith('```'))).toHaveLength(2)
})

test('a comment that would be too long is cut between two checks and says how many are missing', () => {
  const many = verdictOver(Array.from({ length: 400 }, (_, at) => check({ id: `R-${at}` })))
  const whole = printMarkdown(many)
  const cut = printMarkdown(many, 20_000)
  expect(whole.length).toBeGreaterThan(100_000)
  expect(cut.length).toBeLessThanOrEqual(20_000)
  const shown = cut.match(/^### /gm)?.length ?? 0
  expect(cut).toContain(`**${400 - shown} more checks did not pass**`)
})
