import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measure } from '../../runner/fidelity/measure.ts'
import { type FidelityReport, percent, toMarkdown } from '../../runner/fidelity/score.ts'
import { round } from '../../runner/fidelity/scores.ts'
import { TWINS } from '../../runner/twins.ts'
import { readHar } from '../../twins/har.ts'
import { type Driven, drivenOf } from './driven.ts'

/**
 * Writes docs/twins.md and runner/fidelity/measured.json from the recordings in `$BACKLOT_RECORDINGS/<twin>/*.har`:
 * `npm run twins-page`. A twin without recordings keeps the score it had, and is listed without one where it has none.
 */
const ROOT = join(import.meta.dirname, '../..')
const recordings = process.env.BACKLOT_RECORDINGS
if (recordings === undefined) throw new Error('expected BACKLOT_RECORDINGS to be a folder of recordings, got nothing.')

const reports = new Map<string, FidelityReport>()
for (const twin of TWINS) {
  const folder = join(recordings, twin.name)
  if (!existsSync(folder)) continue
  const files = globSync('**/*.har', { cwd: folder }).sort()
  process.stderr.write(`${twin.name}: ${files.length} recordings\n`)
  reports.set(
    twin.name,
    (
      await measure(
        twin,
        files.map((file) => readHar(join(folder, file))),
      )
    ).report,
  )
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const RECORD = readJson('test/docs/driven.json') as Readonly<Record<string, Driven>>
const versionOf = (sdk: string): string =>
  (readJson(`node_modules/${sdk}/package.json`) as { readonly version: string }).version

/** Unmodified drivers of what is no HTTP, where no request says who sent it. */
const DRIVERS: Readonly<Record<string, readonly string[]>> = { postgres: ['pg', 'postgres', 'drizzle-orm'] }

/** Whose description of the vendor's answers every answer in our tests is held against, by test/support/shapes/. */
const DESCRIPTIONS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['@anthropic-ai/sdk'],
  github: ['@octokit/openapi'],
  google: ['@googleapis/docs', '@googleapis/drive', '@googleapis/sheets'],
  jira: ['jira.js'],
  okta: ['@okta/okta-sdk-nodejs'],
  openai: ['openai'],
  slack: ['@slack/types', '@slack/web-api'],
  sqs: ['@aws-sdk/client-sqs'],
  stripe: ['stripe'],
  twilio: ['twilio'],
}
function describedBy(twin: string): readonly string[] {
  if (!existsSync(join(ROOT, 'test/support/shapes', `${twin}.ts`))) return []
  const by = DESCRIPTIONS[twin]
  if (by === undefined) throw new Error(`${twin}: expected to be told by whom its answers are described, got nothing.`)
  const packages = by.map((name) => `${name} ${versionOf(name)}`)
  return [`Every JSON answer in these tests has the shape that ${packages.join(', ')} describes.`, '']
}

/** The SDKs that tests drive a twin with, and how many operations each of them. */
function drivers(twin: string): string {
  const counted = [...drivenOf(twin, RECORD)].map(
    ([sdk, operations]) => `${sdk} ${versionOf(sdk)}: ${operations.length}`,
  )
  return [...counted, ...(DRIVERS[twin] ?? []).map((sdk) => `${sdk} ${versionOf(sdk)}`)].join(', ')
}

/** Which SDK drives which operations in our tests. */
function drivenTable(twin: string, operations: readonly string[]): readonly string[] {
  const driven = drivenOf(twin, RECORD)
  if (driven.size === 0) return []
  const all = new Set([...driven.values()].flat())
  const rows = [...driven].map(([sdk, names]) => `| ${sdk} ${versionOf(sdk)} | ${names.length} | ${names.join(', ')} |`)
  return [
    `Driven by official SDKs, unmodified, in [tests](../test/twins/${twin}): ${all.size} of ${operations.length} operations. The others are tested by plain requests.`,
    '',
    '| SDK | operations | which |',
    '| --- | ---: | --- |',
    ...rows,
    '',
  ]
}
const testsOf = (twin: string): string => {
  const folder = join(ROOT, 'test/twins', twin)
  if (!existsSync(folder)) return ''
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'))
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  return `${(text.match(/^test(\.each|\.skipIf)?\(/gm) ?? []).length} in test/twins/${twin}`
}

const rows = TWINS.map(({ name, operations, apiVersions, gaps }) => {
  const report = reports.get(name)
  const match = report === undefined ? 'not recorded' : `${percent(report.matched, report.modelled)} %`
  const modelled = report === undefined ? '' : `${percent(report.modelled, report.interactions)} %`
  const open = gaps.filter(({ why }) => !why.startsWith('Assumed:')).length
  return `| [${name}](#${name}) | ${apiVersions[0] ?? 'unversioned'} | ${drivers(name)} | ${operations.length} | ${open} | ${match} | ${modelled} | ${report?.recorded.newest ?? ''} | ${testsOf(name)} |`
})
const sections = TWINS.flatMap(({ name, operations, apiVersions, gaps }) => {
  const report = reports.get(name)
  const byResource = Map.groupBy(operations, (operation) => operation.split('.').slice(0, -1).join('.') || operation)
  return [
    `## ${name}`,
    '',
    ...(apiVersions.length > 1
      ? [`Versions: ${apiVersions.join(', ')}. A request for another one is refused loudly.`, '']
      : []),
    '| resource | operations |',
    '| --- | --- |',
    ...[...byResource].map(
      ([resource, names]) => `| ${resource} | ${names.map((one) => one.split('.').at(-1)).join(', ')} |`,
    ),
    '',
    ...drivenTable(name, operations),
    ...describedBy(name),
    'Not modelled, and loud:',
    '',
    ...gaps.filter(({ why }) => !why.startsWith('Assumed:')).map(({ what, why }) => `- ${what}: ${why}`),
    '',
    ...(report === undefined
      ? []
      : [
          `### Held against ${report.files} recordings of ${report.recorded.oldest ?? '?'} to ${report.recorded.newest ?? '?'}`,
          '',
          toMarkdown(report),
        ]),
    ...(report === undefined || report.ignored.length === 0
      ? []
      : ['Differences that are known and right:', '', ...ignoresOf(report), '']),
  ]
})

function ignoresOf(report: FidelityReport): readonly string[] {
  const byReason = Map.groupBy(report.ignored, ({ why }) => why)
  return [...byReason].map(
    ([why, ignored]) => `- ${ignored.map(({ at, what, times }) => `\`${at}\` ${what} (${times})`).join(', ')}: ${why}`,
  )
}

writeFileSync(
  join(ROOT, 'docs/twins.md'),
  [
    '# The twins',
    '',
    '<!-- Generated by `npm run twins-page`; do not edit. -->',
    '',
    'How "match" and "modelled" are measured stands in [guides/fidelity.md](guides/fidelity.md). The recordings are public test recordings of the',
    'vendors’ own clients and are not part of this repository.',
    '',
    '| twin | version | driven by | operations | gaps | match | modelled | newest recording | tests |',
    '| --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |',
    ...rows,
    '',
    ...sections,
  ].join('\n'),
)

const scores = [...reports].map(([name, report]) => {
  const operations = report.operations
    .filter(({ interactions, unmodelled }) => interactions > unmodelled)
    .map(({ operation, matched, interactions, unmodelled, newestMatch }) => [
      operation,
      { matched, modelled: interactions - unmodelled, newest: newestMatch },
    ])
  return [
    name,
    {
      fidelity: round(report.matched / Math.max(1, report.modelled)),
      recordedAt: report.recorded.newest,
      operations: Object.fromEntries(operations),
    },
  ]
})
const FILE = 'runner/fidelity/measured.json'
/** A row of an operation, which stands on a line of its own. */
const ROW = /\{\s+("matched": \d+),\s+("modelled": \d+),\s+("newest": \S+)\s+\}/g
const measured = { ...(readJson(FILE) as object), ...Object.fromEntries(scores) }
writeFileSync(join(ROOT, FILE), JSON.stringify(measured, null, 2).replaceAll(ROW, '{ $1, $2, $3 }'))
