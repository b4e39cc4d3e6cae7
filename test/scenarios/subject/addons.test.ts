import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Run } from '../../../scenarios/run.ts'
import { createStage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, scenario } from '../support/stories.ts'

const MAIN = `
  import { createServer } from 'node:http'
  createServer(async (request, response) => {
    try {
      response.end(await (await import('hasher')).run(request.url.slice(1)))
    } catch (error) {
      response.statusCode = 500
      response.end(error.message)
    }
  }).listen(3000)`
const HASHER = `
  const { createRequire } = require('node:module')
  const { Worker } = require('node:worker_threads')
  exports.run = async (what) => {
    if (what === 'thread') return new Worker('1', { eval: true })
    if (what === 'here') return process.dlopen({ exports: {} }, require.resolve('@hasher/core-linux-x64'))
    return (await import('oxc-parser')).parseSync('a.js', 'let a = 1').program.body[0].kind
  }`
const cwd = mkdtempSync(join(tmpdir(), 'backlot-addons-'))
const FILES = {
  'main.mjs': MAIN,
  'node_modules/hasher/index.js': HASHER,
  'node_modules/@hasher/core-linux-x64/package.json': '{ "main": "core.node" }',
  'node_modules/@hasher/core-linux-x64/core.node': 'no machine code',
}
for (const [file, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(cwd, file)), { recursive: true })
  writeFileSync(join(cwd, file), text)
}
for (const name of ['oxc-parser', '@oxc-parser'])
  symlinkSync(join(REPOSITORY, 'node_modules', name), join(cwd, 'node_modules', name))
afterAll(() => rmSync(cwd, { recursive: true }))

async function runWith(addons: readonly string[], path: string): Promise<Run> {
  const subject = (env: Readonly<Record<string, string>>) => nodeSubject({ cwd, entry: 'main.mjs', addons, env })
  const stage = createStage({ subject, twins: [ledger] })
  try {
    return await stage.run(scenario([call('ask', `/${path}`)]), { seed: '1' })
  } finally {
    stage.close()
  }
}

test('an addon is refused by the name that stands in package.json, with the setting that allows it', async () => {
  expect((await runWith([], 'parse')).escapes).toMatchObject([
    { what: 'a native addon of the package oxc-parser', wayOut: expect.stringContaining('addons: ["oxc-parser"]') },
  ])
  expect((await runWith(['another'], 'here')).escapes).toMatchObject([{ what: 'a native addon of the package hasher' }])
})

test('an addon that the settings name is loaded', async () => {
  const run = await runWith(['oxc-parser'], 'parse')
  expect([run.answers.ask?.body, run.escapes]).toEqual(['let', []])
  // It is the machine that refuses what is no machine code.
  const broken = await runWith(['hasher'], 'here')
  expect([broken.answers.ask?.body, broken.escapes]).toEqual([expect.stringContaining('core.node: '), []])
})

test('a thread of a package is refused by the name of the package', async () => {
  expect((await runWith([], 'thread')).escapes).toMatchObject([{ what: 'a worker thread of the package hasher' }])
})
