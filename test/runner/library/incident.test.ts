import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isMap, isPair, isScalar, parseDocument, visit } from 'yaml'
import { findIncident, readIncident, readLibrary, subjectFile } from '../../../runner/library/incident.ts'
import { STAGE_TWINS, VOCABULARY } from '../../../runner/library/vocabulary.ts'
import { TWINS } from '../../../runner/twins.ts'
import { PARTS, ROLES } from '../../../scenarios/library/roles.ts'
import { LIBRARY_TWINS } from '../../../scenarios/library/twins/index.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'

const library = readLibrary()

test('the library holds the catalogue, more like it, and stories of our own that say so', () => {
  const ids = library.flatMap(({ rules }) => rules.map(({ id }) => id))
  const catalogue = Array.from({ length: 26 }, (_, at) => `CAT-${at + 1}`)
  expect(ids.filter((id) => id.startsWith('CAT')).sort()).toEqual(catalogue.sort())
  const synthetic = library.filter(({ sources }) => sources.includes('synthetic'))
  expect(synthetic.flatMap(({ rules }) => rules.map(({ id }) => id)).sort()).toEqual(
    ids.filter((id) => id.startsWith('OWN')).sort(),
  )
})

test.each(library)('$name has a source, roles and a pair', ({ name, who, when, sources, rules }) => {
  expect(sources.length).toBeGreaterThan(0)
  for (const source of sources) expect(source).toMatch(/^(https?:\/\/\S+|synthetic|the published code of the driver)$/)
  expect(`${who} ${when}`).toMatch(/\d{4}|anybody|not told/)
  expect(rules.every(({ why }) => why !== '')).toBe(true)
  expect(existsSync(subjectFile(name))).toBe(true)
})

const good = findIncident('two-leaders').text
test.each([
  ['- Who: GitHub\n', '', 'expected "- Who: …" under "## Incident", got none.'],
  ['id: two-leaders', 'id: two-leader', 'expected the id to be the file\'s name, got "two-leader".'],
  ['`queue.stored`', '`queue.store`', 'no event "queue.store" can occur. Did you mean "queue.stored"?'],
  ['on: queue.send', 'on: queu.send', 'unknown twin "queu". Did you mean "queue"?'],
  ['rule: CAT-12', 'rule: CAT-13', 'no rule "CAT-13".'],
])('a mistake in a file of the library is told: %j', (from, to, message) => {
  expect(good).toContain(from)
  expect(() => readIncident('two-leaders.scenario.md', good.replace(from, to))).toThrow(message)
})

/** Below these, keys are names that the story makes up. */
const FREE = ['given', 'with', 'body', 'where', 'headers']

test.each(library)('each misspelt key of $name is told on its line', ({ name, text }) => {
  const above = text.slice(0, text.indexOf('```yaml scenario')).split('\n').length
  const [, block = ''] = /```yaml scenario\n([\s\S]*?)```/.exec(text) ?? []
  const document = parseDocument(block)
  const keys: { readonly offset: number; readonly key: string }[] = []
  visit(document, {
    Pair(_, pair, path) {
      const inside = path.some((node) => isPair(node) && isScalar(node.key) && FREE.includes(String(node.key.value)))
      if (!inside && isScalar(pair.key) && pair.key.range != null)
        keys.push({ offset: pair.key.range[0], key: String(pair.key.value) })
    },
  })
  expect(isMap(document.contents) && keys.length).toBeGreaterThanOrEqual(8)
  for (const { offset, key } of keys) {
    const bad = `${block.slice(0, offset)}x${block.slice(offset)}`
    const { problems } = parseScenarioFile(
      `${name}.scenario.md`,
      text.replace(block, () => bad),
      { twins: VOCABULARY },
    )
    const line = above + block.slice(0, offset).split('\n').length
    expect([key, problems.map((one) => one.line)]).toEqual([key, expect.arrayContaining([line])])
  }
})

test('a name that is not there is told with the nearest', () => {
  expect(() => findIncident('silent-rety')).toThrow('no incident "silent-rety". Did you mean "silent-retry"?')
})

test.each(PARTS)('$twin can say what $role means', ({ role, twin, calls, events, happenings }) => {
  const definition = TWINS.find(({ name }) => name === twin)
  expect(ROLES.map(({ name }) => name)).toContain(role)
  for (const own of Object.values(calls).flat()) expect(definition?.operations).toContain(own)
  for (const own of Object.values(events).flat()) expect(definition?.events).toContain(own)
  for (const own of Object.values(happenings).flat()) expect(definition?.happenings).toContain(own)
})

test('every role has a twin, and every twin of the library a role', () => {
  expect(VOCABULARY.map(({ name }) => name)).toEqual(ROLES.map(({ name }) => name))
  for (const { name } of LIBRARY_TWINS) expect(ROLES.map(({ twin }) => twin)).toContain(name)
  expect(new Set(STAGE_TWINS.map(({ name }) => name)).size).toBe(STAGE_TWINS.length)
})
