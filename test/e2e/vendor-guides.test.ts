import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { backlot, REPOSITORY } from '../support/cli.ts'

// The service of each guide asks at the vendor's real addresses, with its unmodified SDK where it has one, in a process of its own.
test.each(['jira', 'openai', 'sendgrid', 'stripe', 'twilio'])(
  'the example of %s’s guide runs, the same each time',
  (vendor) => {
    const guide = readFileSync(join(REPOSITORY, `docs/guides/${vendor}.md`), 'utf8')
    const folder = mkdtempSync(join(tmpdir(), `backlot-${vendor}-`))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
    const files = [...guide.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)]
    expect(files).toHaveLength(3)
    for (const [, file = '', text = ''] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    expect(guide).toContain('npx backlot run --certify')
    const { code, stdout, stderr } = backlot(['run', '--certify', '--seeds', '2'], { cwd: folder })
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toContain('determinism D3, 1 of 1 certified')
  },
)
