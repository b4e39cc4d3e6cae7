import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type GateVerdict, verdictSchema } from '../../runner/report/verdict.ts'

export const REPOSITORY: string = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(REPOSITORY, 'bin/backlot.js')
export const TINY: string = join(REPOSITORY, 'test/fixtures/projects/tiny')

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs the command line as a user would, in a process of its own. */
export function backlot(
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? REPOSITORY,
    encoding: 'utf8',
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 230_000,
  })
  return { code: status, stdout, stderr }
}

/** The verdict that `--json` printed; nothing else may stand on stdout. */
export function verdictOf({ stdout }: Ended): GateVerdict {
  return verdictSchema.parse(JSON.parse(stdout))
}

/** Starts the command line and lets the test do something to it before it ends. */
export function startBacklot(
  args: readonly string[],
  cwd: string = REPOSITORY,
): {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves once what it has said holds this so many times. */
  says(words: string, times?: number): Promise<void>
  kill(signal: NodeJS.Signals): void
} {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
  const says = (words: string, times = 1): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (`${stdout}\n${stderr}`.split(words).length > times) resolve()
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      void ended.then(() => reject(new Error(`expected "${words}" ${times} times, got:\n${stdout}\n${stderr}`)))
      look()
    })
  return { pid: child.pid ?? 0, ended, says, kill: (signal) => void child.kill(signal) }
}

/** A copy of a project in a folder of its own, with the repository's packages beside it. */
export function copyProject(from: string = TINY): {
  readonly folder: string
  change(file: string, from: string, to: string): void
  write(file: string, text: string): void
  close(): void
} {
  const root = mkdtempSync(join(tmpdir(), 'backlot-test-'))
  const folder = join(root, 'project')
  cpSync(from, folder, { recursive: true, filter: (path) => !path.includes('.backlot') })
  spawnSync('ln', ['-s', join(REPOSITORY, 'node_modules'), join(root, 'project', 'node_modules')])
  return {
    folder,
    change(file, before, after) {
      const path = join(folder, file)
      const text = readFileSync(path, 'utf8')
      expect(text).toContain(before)
      writeFileSync(path, text.replace(before, after))
    },
    write: (file, text) => writeFileSync(join(folder, file), text),
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Commits all of a folder in a new git repository there. */
export function commit(folder: string): void {
  const git = (...args: string[]): void => {
    const { status, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
  }
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n.backlot\n')
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '-m', 'base')
}
