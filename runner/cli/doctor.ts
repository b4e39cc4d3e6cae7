import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { sandboxStatus } from '../sandbox/bubblewrap.ts'

type Line = { readonly what: string; readonly ok: boolean; readonly found: string; readonly wayOut: string }

/** Whether a program starts; found out by starting it. */
function starts(what: string, path: string, args: readonly string[], wayOut: string): Line {
  const { status, stdout, error } = spawnSync(path, args, { encoding: 'utf8', timeout: 10_000 })
  const found = error?.message ?? stdout.trim().split('\n')[0] ?? ''
  return {
    what,
    ok: status === 0,
    found: status === 0 ? found : existsSync(path) ? found || `ended with ${status}` : 'not there',
    wayOut,
  }
}

/** Tells what the gate needs of this machine and whether it is there. Exit 0 when nothing is missing, 2 otherwise. */
export function runDoctor(): void {
  const sandbox = sandboxStatus()
  const lines: readonly Line[] = [
    { what: 'node', ok: true, found: process.versions.node, wayOut: '' },
    starts('git', '/usr/bin/git', ['--version'], 'apt-get install git'),
    starts('mkfifo', '/usr/bin/mkfifo', ['--version'], 'apt-get install coreutils'),
    starts(
      'setpriv',
      '/usr/bin/setpriv',
      ['--pdeathsig', 'KILL', '--', '/bin/echo', 'kills a program with its gate'],
      'apt-get install util-linux',
    ),
    sandbox.available
      ? { what: 'sandbox', ok: true, found: 'bubblewrap starts', wayOut: '' }
      : { what: 'sandbox', ok: false, found: sandbox.why, wayOut: sandbox.wayOut },
  ]
  for (const { what, ok, found, wayOut } of lines)
    process.stdout.write(`${ok ? 'ok      ' : 'MISSING '}${what.padEnd(10)}${found}${ok ? '' : `. ${wayOut}`}\n`)
  process.exitCode = lines.every(({ ok }) => ok) ? 0 : 2
}
