import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createCgroup } from '../../../runner/sandbox/cgroup.ts'
import { sandboxOf } from '../../../runner/sandbox/settings.ts'

const { limits } = sandboxOf({})
const roots: string[] = []
/** A folder that looks like the kernel's, except that it takes everything. */
function tree(...files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'backlot-cgroup-'))
  roots.push(root)
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  return root
}
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

test('on version 2 one group holds memory, swap and processes', () => {
  const root = tree('cgroup.controllers', 'cgroup.procs', 'cgroup.subtree_control')
  const group = createCgroup('7-1', limits, () => true, root)
  expect(group?.join).toEqual([join(root, 'backlot/7-1/cgroup.procs')])
  const read = (file: string): string => readFileSync(join(root, 'backlot', file), 'utf8')
  expect(read('7-1/memory.max')).toBe(`${limits.memoryMb * 1024 * 1024}`)
  expect([read('7-1/memory.swap.max'), read('7-1/pids.max')]).toEqual(['0', `${limits.processes}`])
  expect(read('cgroup.subtree_control')).toBe('+memory +pids')
})

test('on version 1 each resource has a group of its own', () => {
  const root = tree('memory/cgroup.procs', 'pids/cgroup.procs')
  const group = createCgroup('7-1', limits, () => true, root)
  expect(group?.join).toHaveLength(2)
  expect(readFileSync(join(root, 'pids/backlot/7-1/pids.max'), 'utf8')).toBe(`${limits.processes}`)
})

test('where there are none, or they cannot be written, there is none', () => {
  expect(createCgroup('7-1', limits, () => true, tree())).toBeUndefined()
  const taken = tree('cgroup.controllers', 'backlot')
  expect(createCgroup('7-1', limits, () => true, taken)).toBeUndefined()
})

test('groups of processes that are gone are removed, others stay', () => {
  const root = tree('pids/cgroup.procs')
  for (const name of ['8-1', '9-1']) mkdirSync(join(root, 'pids/backlot', name), { recursive: true })
  createCgroup('7-1', limits, (pid) => pid === 9, root)
  expect(['8-1', '9-1'].map((name) => existsSync(join(root, 'pids/backlot', name)))).toEqual([false, true])
})
