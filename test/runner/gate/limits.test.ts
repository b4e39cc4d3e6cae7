import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGateGit } from '../../../runner/gate/git.ts'
import { openWorkspace, type Tree, type Workspace } from '../../../runner/gate/workspace.ts'
import { landChange } from '../../../runner/hook/land.ts'
import { commit, copyProject } from '../../support/cli.ts'
import { patch } from '../hook/support.ts'

const SOURCE_BYTES = 0x10000
let project: ReturnType<typeof copyProject>
let workspace: Workspace
let base: Tree
const scratch = mkdtempSync(join(tmpdir(), 'backlot-limits-'))
beforeAll(() => {
  project = copyProject()
  writeFileSync(join(project.folder, 'table.bin'), Buffer.alloc(SOURCE_BYTES))
  commit(project.folder)
  workspace = openWorkspace(project.folder)
  base = workspace.base(undefined)
})
afterAll(() => {
  workspace.close()
  project.close()
  rmSync(scratch, { recursive: true, force: true })
})

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
/** Lines of a binary patch: the length as a letter, then base 85. */
function lines(bytes: Buffer): string {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 52) {
    const row = bytes.subarray(at, at + 52)
    const padded = Buffer.concat([row, Buffer.alloc((4 - (row.length % 4)) % 4)])
    let text = String.fromCharCode(row.length <= 26 ? 64 + row.length : 70 + row.length)
    for (let word = 0; word < padded.length; word += 4) {
      let left = padded.readUInt32BE(word)
      const digits = [0, 0, 0, 0, 0].map(() => {
        const digit = left % 85
        left = Math.floor(left / 85)
        return ALPHABET[digit]
      })
      text += digits.reverse().join('')
    }
    rows.push(text)
  }
  return `${rows.join('\n')}\n`
}
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}
/** A patch that copies what is there `times` times over. */
function bomb(times: number): Buffer {
  // 0x80 copies 64 KiB from the start: https://git-scm.com/docs/pack-format#_deltified_representation (2026-11-26).
  const delta = Buffer.from([...varint(SOURCE_BYTES), ...varint(SOURCE_BYTES * times), ...Array(times).fill(0x80)])
  const none = deflateSync(Buffer.alloc(0))
  const [from, to] = [
    workspace.git
      .run(['rev-parse', `${base.id}:table.bin`])
      .toString()
      .trim(),
    '1'.repeat(40),
  ]
  return Buffer.from(
    `diff --git a/table.bin b/table.bin\nindex ${from}..${to} 100644\nGIT binary patch\ndelta ${delta.length}\n${lines(deflateSync(delta))}\nliteral 0\n${lines(none)}\n`,
  )
}
const LIMITS = { maxBytes: 1_048_576, maxFiles: 100 }
const takenIn = (text: Buffer) => {
  const file = join(scratch, 'change.patch')
  writeFileSync(file, text)
  return workspace.candidate(file, base, LIMITS)
}

test('a small patch that unpacks to gigabytes is refused, in words', () => {
  const text = bomb(49_152)
  expect(text.length).toBeLessThan(2000)
  expect(takenIn(text)).toEqual({
    rule: 'limits',
    message:
      'expected a change that git can take in, got: expected git apply to stay within its limits, but it needed more than 1024 MB of memory',
    status: 'fail',
  })
})

test('the same patch that unpacks to little is read by git to its end: the bomb is real', () => {
  expect(takenIn(bomb(2))).toMatchObject({ rule: 'apply', message: expect.stringMatching(/incorrect|result/) })
})

test('an agent that hands it in has given no change', () => {
  const place = { git: workspace.git, base: base.id, folder: scratch }
  expect(() => landChange(patch(bomb(49_152).toString(), base.commit ?? ''), place)).toThrow(/needed more than 1024 MB/)
})

const generous = { memoryMb: 1024, fileMb: 2048, cpuSeconds: 60, wallMs: 60_000, outputMb: 256 }
test.each([
  ['cpuSeconds', 1, 'took more than 1 s of processor time'],
  ['wallMs', 200, 'took more than 0.2 s'],
])('git that takes too long over a file that never ends is stopped: %s', (name, value, took) => {
  const folder = mkdtempSync(join(scratch, 'folder-'))
  writeFileSync(join(folder, 'huge'), '')
  truncateSync(join(folder, 'huge'), 2 ** 40)
  const git = createGateGit(mkdtempSync(join(scratch, 'git-')), undefined, { ...generous, [name]: value })
  expect(() => git.run(['add', '--all'], { workTree: folder })).toThrow(
    `expected git add to stay within its limits, but it ${took}`,
  )
  // The next command finds no lock.
  rmSync(join(folder, 'huge'))
  git.run(['add', '--all'], { workTree: folder })
})

test.each([
  ['fileMb', 'wrote a file of more than 1 MB'],
  ['outputMb', 'printed more than 1 MB'],
])('git that writes too much is stopped: %s', (name, took) => {
  const folder = mkdtempSync(join(scratch, 'folder-'))
  writeFileSync(join(folder, 'noise'), randomBytes(3 * 2 ** 20))
  const git = createGateGit(mkdtempSync(join(scratch, 'git-')), undefined, { ...generous, [name]: 1 })
  const add = (): Buffer => git.run(['add', '--all'], { workTree: folder })
  const show = (): Buffer => git.run(['show', ':noise'], { workTree: folder })
  expect(() => [add(), show()]).toThrow(`but it ${took}`)
})
