import { generateKeyPairSync } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openRunCache, packagesDigest, type RunGround } from '../../../runner/store/run-cache.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { honest } from '../gate/honest.ts'

const root = mkdtempSync(join(tmpdir(), 'backlot-cache-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const folder = (): string => join(root, `${++folders}`)

const ground: RunGround = {
  tree: 't1',
  subject: { entry: 'a' },
  twins: ['stripe'],
  without: ['backlot.yaml'],
  sandbox: 'bubblewrap',
  packages: 'p1',
}
const scenario: Scenario = {
  schema: 1,
  id: 'a',
  covers: [],
  title: 'A',
  clock: '2026-01-01T00:00:00Z',
  zone: undefined,
  seeds: undefined,
  horizonMs: 1,
  given: {},
  when: [],
  then: [],
  place: { file: 'a.yaml', line: 1, column: 1 },
}
const own = generateKeyPairSync('ed25519')
const run = honest('a', '1')

test('a run comes back as it was, on the same ground only', () => {
  const cache = openRunCache({ folder: folder(), write: true, ...own })
  cache.put(ground, scenario, '1', run)
  expect(cache.get(ground, scenario, '1')).toEqual(JSON.parse(JSON.stringify(run)))
  for (const other of [
    { ...ground, tree: 't2' },
    { ...ground, subject: { entry: 'b' } },
    { ...ground, twins: ['stripe', 'openai'] },
    { ...ground, without: [] },
    { ...ground, sandbox: 'off' },
    { ...ground, packages: 'p2' },
  ])
    expect(cache.get(other, scenario, '1'), JSON.stringify(other)).toBeUndefined()
  expect(cache.get(ground, scenario, '2')).toBeUndefined()
  expect(cache.get(ground, { ...scenario, horizonMs: 2 }, '1')).toBeUndefined()
  // What is expected is judged anew, on the old run.
  expect(cache.get(ground, { ...scenario, title: 'B', covers: ['AC-1'] }, '1')).toBeDefined()
  expect(cache.counts).toEqual({ hits: 2, refused: 0, written: 1 })
})

test('only who may write writes, and a run that broke off is not kept', () => {
  const place = folder()
  openRunCache({ folder: place, write: false, ...own }).put(ground, scenario, '1', run)
  openRunCache({ folder: place, write: true, ...own }).put(ground, scenario, '1', {
    ...run,
    ending: { kind: 'hung', message: '', atMs: 0 },
  })
  expect(globSync('**/*.json', { cwd: place })).toEqual([])
})

/** Changes the one entry of a cache. */
function poison(place: string, change: (text: string) => string): void {
  const [name = ''] = globSync('**/*.json', { cwd: place })
  writeFileSync(join(place, name), change(readFileSync(join(place, name), 'utf8')))
}

test.each<[string, (text: string) => string]>([
  ['cut short', (text) => text.slice(0, 100)],
  ['another key', (text) => text.replace(/"key":"[0-9a-f]{4}/, '"key":"0000')],
  ['another run', (text) => text.replace(/"packed":"[^"]*"/, `"packed":"${Buffer.from('x').toString('base64')}"`)],
  ['more than it should hold', (text) => text.replace('{', '{"extra":1,')],
])('an entry that is %s is refused and played', (_, change) => {
  const place = folder()
  const cache = openRunCache({ folder: place, write: true, ...own })
  cache.put(ground, scenario, '1', run)
  poison(place, change)
  expect(cache.get(ground, scenario, '1')).toBeUndefined()
  expect(cache.counts.refused).toBe(1)
})

test('only the owner of the public key is believed', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const stranger = generateKeyPairSync('ed25519').privateKey
  for (const [key, believed] of [
    [privateKey, true],
    [stranger, false],
    [undefined, false],
  ] as const) {
    const place = folder()
    openRunCache({ folder: place, write: true, publicKey, privateKey: key }).put(ground, scenario, '1', run)
    const reader = openRunCache({ folder: place, write: false, publicKey, privateKey: undefined })
    expect(reader.get(ground, scenario, '1') !== undefined).toBe(believed)
    if (!believed) expect(reader.counts.refused).toBe(1)
  }
})

test('packages are told by what their manager wrote, linked ones by their files; a folder without a lock cannot be told', () => {
  const home = folder()
  const modules = join(home, 'node_modules')
  mkdirSync(join(home, 'packages/a'), { recursive: true })
  mkdirSync(modules)
  expect(packagesDigest([modules])).toBeUndefined()
  const lock = (version: string) =>
    JSON.stringify({
      packages: {
        'node_modules/x': { version },
        'packages/a': {},
        'node_modules/a': { resolved: 'packages/a', link: true },
      },
    })
  writeFileSync(join(modules, '.package-lock.json'), lock('1'))
  writeFileSync(join(home, 'packages/a/index.js'), '1')
  mkdirSync(join(modules, 'a'))
  const before = packagesDigest([modules])
  expect(packagesDigest([modules])).toBe(before)
  writeFileSync(join(modules, '.package-lock.json'), lock('2'))
  expect(packagesDigest([modules])).not.toBe(before)
  writeFileSync(join(modules, '.package-lock.json'), lock('1'))
  writeFileSync(join(modules, 'a/index.js'), '2')
  expect(packagesDigest([modules])).not.toBe(before)
})
