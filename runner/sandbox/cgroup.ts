import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxLimits } from './settings.ts'

const ROOT = '/sys/fs/cgroup'
const OURS = 'backlot'
const MB = 1024 * 1024

/** A control group of one box: memory and processes of all that runs in it, together. */
export type Cgroup = {
  /** Files a process writes `0` to in order to join. */
  readonly join: readonly string[]
}

/** Where control groups are: one tree (version 2), or a tree for each resource (version 1). */
type Hierarchy = { readonly folder: string; readonly settings: Readonly<Record<string, string>> }

const memory2 = (bytes: number): Readonly<Record<string, string>> => ({
  'memory.max': `${bytes}`,
  'memory.swap.max': '0',
})

function hierarchies(root: string, limits: SandboxLimits): readonly Hierarchy[] {
  const bytes = limits.memoryMb * MB
  const processes = `${limits.processes}`
  if (existsSync(join(root, 'cgroup.controllers')))
    return [{ folder: root, settings: { ...memory2(bytes), 'pids.max': processes } }]
  return [
    { folder: join(root, 'memory'), settings: { 'memory.limit_in_bytes': `${bytes}` } },
    { folder: join(root, 'pids'), settings: { 'pids.max': processes } },
  ].filter(({ folder }) => existsSync(join(folder, 'cgroup.procs')))
}

/**
 * A group named `name` with the limits set; undefined where the kernel or our rights do not allow it, and then the limits of single
 * processes are what holds. Groups of boxes that are gone are removed on the way; `alive` says whether the process that made one lives.
 */
export function createCgroup(
  name: string,
  limits: SandboxLimits,
  alive: (pid: number) => boolean,
  root: string = ROOT,
): Cgroup | undefined {
  const joins: string[] = []
  try {
    for (const { folder, settings } of hierarchies(root, limits)) {
      const ours = join(folder, OURS)
      mkdirSync(ours, { recursive: true })
      sweep(ours, alive)
      if (existsSync(join(folder, 'cgroup.subtree_control')))
        for (const at of [folder, ours]) writeFileSync(join(at, 'cgroup.subtree_control'), '+memory +pids')
      const own = join(ours, name)
      mkdirSync(own)
      for (const [file, value] of Object.entries(settings)) set(join(own, file), value)
      joins.push(join(own, 'cgroup.procs'))
    }
  } catch {
    return undefined
  }
  return joins.length === 0 ? undefined : { join: joins }
}

/** A kernel without swap accounting has no file for it; every other limit has to be taken. */
function set(file: string, value: string): void {
  try {
    writeFileSync(file, value)
  } catch (error) {
    if (!file.endsWith('memory.swap.max')) throw error
  }
}

/** Group names begin with the process that made them: `4711-3`. An empty group goes; one with a process in it stays by itself. */
function sweep(ours: string, alive: (pid: number) => boolean): void {
  for (const name of readdirSync(ours, { withFileTypes: true })) {
    if (!name.isDirectory() || alive(Number(name.name.split('-')[0]))) continue
    try {
      rmdirSync(join(ours, name.name))
    } catch {
      // Something in it still ends.
    }
  }
}
