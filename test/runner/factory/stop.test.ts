import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FetchPage, stopSwitch } from '../../../runner/factory/stop.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backlot-stop-'))
  mkdirSync(join(folder, '.backlot'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const page =
  (status: number, text: string): FetchPage =>
  async () => ({ status, text })
const ask = (place?: string, fetchPage: FetchPage = page(500, '')): Promise<string | undefined> =>
  stopSwitch(folder, place, fetchPage)()

test('nothing there means go', async () => {
  expect(await ask()).toBeUndefined()
  expect(await ask('elsewhere')).toBeUndefined()
})

test.each<readonly [string, () => void, string | undefined]>([
  ['a file', () => writeFileSync(join(folder, '.backlot/STOP'), ''), undefined],
  ['a folder', () => mkdirSync(join(folder, '.backlot/STOP')), undefined],
  ['a link to nowhere', () => symlinkSync('/nowhere', join(folder, '.backlot/STOP')), undefined],
  ['a place whose folder is gone', () => rmSync(join(folder, '.backlot'), { recursive: true }), undefined],
  ['a place below a file', () => writeFileSync(join(folder, 'x'), ''), 'x/STOP'],
  ['a name that cannot be one', () => undefined, 'x'.repeat(300)],
])('%s means stop', async (_, make, place) => {
  make()
  expect(await ask(place)).toMatch(/is there\. Remove it|cannot be looked at \(E\w+\): that means stop/)
})

test.each<readonly [string, FetchPage, string | undefined]>([
  ['200 and go', page(200, 'go\n'), undefined],
  ['200 and anything else', page(200, 'going'), 'https://x.test/stop answers 200 and not "go": that means stop.'],
  ['an error', page(404, 'go'), 'https://x.test/stop answers 404 and not "go": that means stop.'],
  [
    'silence',
    async () => {
      throw new Error('timed out')
    },
    'https://x.test/stop cannot be read (timed out): that means stop.',
  ],
])('a page that answers %s', async (_, fetchPage, expected) => {
  expect(await ask('https://x.test/stop', fetchPage)).toBe(expected)
})
