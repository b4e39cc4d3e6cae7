/** Runs tests of twins and records in test/docs/driven.json which operations SDKs drive in each file: `npm run driven -- [files]`. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driven } from './driven.ts'

const ROOT = join(import.meta.dirname, '../..')
const RECORD = join(import.meta.dirname, 'driven.json')

const folder = mkdtempSync(join(tmpdir(), 'backlot-driven-'))
const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/twins']
const { status } = spawnSync(join(ROOT, 'node_modules/.bin/vitest'), ['run', ...files], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, BACKLOT_DRIVEN: folder },
})
const seen = globSync('*.json', { cwd: folder }).map(
  (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly file: string; readonly driven: Driven },
)
rmSync(folder, { recursive: true })
const record = new Map(Object.entries(JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, Driven>))
for (const { file, driven } of seen) record.set(file, driven)
// A file that is gone, or drives nothing, has no place here.
const kept = [...record].filter(([file, driven]) => existsSync(join(ROOT, file)) && Object.keys(driven).length > 0)
writeFileSync(RECORD, `${JSON.stringify(Object.fromEntries(kept.sort()), null, 2)}\n`)
spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['check', '--write', RECORD], { stdio: 'inherit' })
process.exitCode = status ?? 1
