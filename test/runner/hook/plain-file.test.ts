import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPlainFile } from '../../../runner/hook/plain-file.ts'
import { openWorkshop } from '../../../runner/hook/workshop.ts'
import { repository } from './agents.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-plain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
writeFileSync(at('plain'), '12345678')
symlinkSync(at('plain'), at('link'))
symlinkSync('/dev/zero', at('zero'))
mkdirSync(at('folder'))
execFileSync('mkfifo', [at('pipe')])

test('a plain file is read, up to its cap', () => {
  expect(readPlainFile(at('plain'), 8)?.toString()).toBe('12345678')
  appendFileSync(at('plain'), '9')
  expect(readPlainFile(at('plain'), 8)).toBeUndefined()
})

test.each(['pipe', 'link', 'zero', 'folder', 'none'])('%s: not read, and nobody waits', (name) => {
  expect(readPlainFile(at(name), 8)).toBeUndefined()
})

test('a file of the system that says it is empty is read up to the cap as well', () => {
  expect(readPlainFile('/proc/self/maps', 8)).toBeUndefined()
})

test('a pipe where a workshop of somebody else’s says its process does not hold up a new one', () => {
  const planted = mkdtempSync(join(tmpdir(), 'backlot-workshop-'))
  execFileSync('mkfifo', [join(planted, 'pid')])
  const repo = repository()
  try {
    openWorkshop(repo.folder, repo.commit).close()
  } finally {
    rmSync(planted, { recursive: true, force: true })
    repo.close()
  }
})
