import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backlot, REPOSITORY } from '../support/cli.ts'

// docs/guides/your-own-twin.md, followed literally: its files are written, its commands are run.
const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/your-own-twin.md'), 'utf8')
const blocks = [...GUIDE.matchAll(/^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms)].map(
  ([, language = '', file, text = '']) => ({ language, file, text }),
)

const folder = mkdtempSync(join(tmpdir(), 'backlot-own-twin-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The package as it is installed, but for its sources: `backlot/twins` and what a project brings itself. */
function install(): void {
  const packages = join(folder, 'node_modules')
  mkdirSync(join(packages, 'backlot'), { recursive: true })
  symlinkSync(join(REPOSITORY, 'twins'), join(packages, 'backlot/twins'))
  const manifest = { name: 'backlot', type: 'module', exports: { './twins': './twins/index.ts' } }
  writeFileSync(join(packages, 'backlot/package.json'), JSON.stringify(manifest))
  symlinkSync(join(REPOSITORY, 'node_modules/zod'), join(packages, 'zod'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}

const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))

test('the guide to a twin of one’s own works as it is written', () => {
  install()
  for (const { file, text } of blocks) {
    if (file === undefined) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  expect(commands).toHaveLength(2)
  for (const command of commands) {
    const [npx, name, ...args] = command.split(' ')
    expect([npx, name]).toEqual(['npx', 'backlot'])
    const { code, stdout, stderr } = backlot(args, { cwd: folder })
    expect(code, `${command}\n${stdout}${stderr}`).toBe(0)
  }
}, 120_000)

test('a difference between the guide’s twin and its recording is found', () => {
  const har = join(folder, 'recordings/lending.har')
  writeFileSync(
    har,
    readFileSync(har, 'utf8')
      .replace('\\"reader\\":\\"ann\\",\\"due\\"', '\\"reader\\":\\"bob\\",\\"due\\"')
      .replace('"status": 200', '"status": 201'),
  )
  const { code, stdout } = backlot(['fidelity', '--twin', './backlot/twins/library.ts', 'recordings/lending.har'], {
    cwd: folder,
  })
  expect(code).toBe(1)
  expect(stdout).toContain('books.lend: status: recorded 201, the twin gave 200')
}, 60_000)

test.each([
  ['./nowhere.ts', 'expected a twin in ./nowhere.ts, which does not exist'],
  ['./src/main.ts.txt', 'unknown twin'],
  ['./backlot.yaml', 'expected an OpenAPI 3 document'],
])(
  'a twin that cannot be had is told: %s',
  (spec, message) => {
    const { code, stderr } = backlot(['twin', spec], { cwd: folder })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  },
  60_000,
)
