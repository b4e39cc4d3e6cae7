import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { HookAgent } from '../../../runner/hook/agent.ts'
import { noBox } from '../../../runner/hook/box.ts'
import type { CommandOptions } from '../../../runner/hook/command.ts'
import { newToken, REAL } from '../../../runner/hook/real.ts'
import { createHookServer, type HookServerOptions } from '../../../runner/hook/server.ts'

/** A repository with one commit: `x.txt` holds "a". */
export function repository(): { folder: string; commit: string; git(...args: string[]): string; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-hook-test-'))
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    )
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  git('init', '--quiet')
  writeFileSync(join(folder, 'x.txt'), 'a\n')
  git('add', '--all')
  git('commit', '--quiet', '-m', 'base')
  return {
    folder,
    git,
    commit: git('rev-parse', 'HEAD'),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const commandOptions = (folder: string, more: Partial<CommandOptions> = {}): CommandOptions => ({
  name: 'test',
  version: '1',
  modelFamily: null,
  repository: folder,
  env: { PATH: process.env.PATH ?? '' },
  box: noBox,
  wallMs: 200_000,
  outputBytes: 100_000,
  real: REAL,
  ...more,
})

/** An agent behind a real HTTP server. */
export async function behindHttp(
  agent: HookAgent,
  more: Partial<HookServerOptions> = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const { app, close } = createHookServer(agent, {
    real: REAL,
    newPlace: newToken,
    waitMs: 20,
    retryAfterS: 0,
    ...more,
  })
  const listener = getRequestListener(app.fetch)
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      close()
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
