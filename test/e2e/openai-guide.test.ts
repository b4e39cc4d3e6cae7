import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backlot, REPOSITORY } from '../support/cli.ts'

// docs/guides/openai.md: its service uses the vendor's SDK, unmodified, at the real addresses, in a process of its own.
const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/openai.md'), 'utf8')
const files = [...GUIDE.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)].map(([, file = '', text = '']) => ({
  file,
  text,
}))

const folder = mkdtempSync(join(tmpdir(), 'backlot-openai-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the example of the OpenAI guide runs, the same each time', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  expect(files).toHaveLength(3)
  for (const { file, text } of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  expect(GUIDE).toContain('npx backlot run --certify')
  const { code, stdout, stderr } = backlot(['run', '--certify', '--seeds', '2'], { cwd: folder })
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toContain('determinism D3, 1 of 1 certified')
})
