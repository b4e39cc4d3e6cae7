import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (env: Readonly<Record<string, string>>, file = 'drawing-package.mjs'): Stage => {
  const entry = `test/fixtures/subjects/${file}`
  const subject = (zone: Readonly<Record<string, string>>) =>
    nodeSubject({ cwd: REPOSITORY, entry, env: { PORT: '3000', ...zone, ...env } })
  const stage = createStage({ subject, twins: [ledger], isolation: 'restart' })
  open.push(stage)
  return stage
}
const folders: string[] = []
/** A program with packages of its own, as files of a new folder. */
const programOf = (
  files: Readonly<Record<string, string>>,
  entry = 'main.mjs',
  env: Readonly<Record<string, string>> = {},
): Stage => {
  const cwd = mkdtempSync(join(tmpdir(), 'backlot-packages-'))
  folders.push(cwd)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true })
    writeFileSync(join(cwd, file), text)
  }
  const stage = createStage({
    subject: (zone) => nodeSubject({ cwd, entry, env: { ...zone, ...env } }),
    twins: [ledger],
  })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

test('chance that a package draws while it loads, in a first life only, is none of the run’s', async () => {
  const story = scenario([call('look', '/luck')])
  const certificate = await certify(story, '3', stageOf({}), () => stageOf({ TZ: 'Pacific/Chatham' }))
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})

test.each([['tells-stack.ts'], ['tells-stack.mjs'], ['tells-stack.cjs']])(
  'a stack names the same places in every life: %s',
  async (file) => {
    const story = scenario([call('fall', '/')])
    const certificate = await certify(story, '3', stageOf({}, file), () => stageOf({ TZ: 'Pacific/Chatham' }, file))
    expect(certificate).toMatchObject({ holds: true, divergence: undefined })
  },
)

test('a signal that timed out names nothing of the runtime, and leaves traces as long as they were', async () => {
  const stage = programOf({
    'main.mjs': `
      import { createServer } from 'node:http'
      createServer((_, response) => {
        const signal = AbortSignal.timeout(50)
        signal.addEventListener('abort', () => {
          const { name, stack, message } = signal.reason
          response.end(JSON.stringify([name, message, stack, Error.stackTraceLimit, new Error('x').stack.includes(' at ')]))
        })
      }).listen(3000)`,
  })
  const { answers } = await stage.run(scenario([call('wait', '/')]), { seed: '1' })
  const said = 'The operation was aborted due to timeout'
  expect(answers.wait?.body).toBe(JSON.stringify(['TimeoutError', said, `TimeoutError: ${said}`, 10, true]))
})

test('a package that refuses to be told twice does not end the second life', async () => {
  const stage = stageOf({}, 'registers-once.mjs')
  const story = scenario([call('look', '/')])
  const runs = [
    await stage.run(story, { seed: '1' }),
    await stage.run(story, { seed: '1' }),
    await stage.run(story, { seed: '1' }),
  ]
  expect(runs.map(({ ending }) => ending.kind)).toEqual(['horizon', 'horizon', 'horizon'])
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(1)
})

test('what packages made of the process while they loaded stays with them, what the program made does not', async () => {
  const stage = programOf({
    'node_modules/table/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/table/index.js':
      'globalThis.table ??= new Map([["a", 1]])\nexport const ask = () => globalThis.table.get("a")',
    'node_modules/told/index.js': 'process.env.TOLD = "by a package"; global.old = 1; process.on("warning", () => {})',
    'node_modules/tool/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/tool/index.js': '#!/usr/bin/env node\nglobalThis.tools = 1',
    'main.mjs': `
      import { createServer } from 'node:http'
      import { ask } from 'table'
      import 'told'
      import 'tool'
      globalThis.lives = (globalThis.lives ?? 0) + 1
      process.env.LIVES = String(Number(process.env.LIVES ?? 0) + 1)
      const seen = () => [ask(), process.env.TOLD, global.old, process.listenerCount('warning'), lives, process.env.LIVES]
      createServer((_, response) => response.end(JSON.stringify(seen()))).listen(3000)`,
  })
  const bodies: unknown[] = []
  for (const seed of ['1', '2', '3']) {
    const run = await stage.run(scenario([call('look', '/')]), { seed })
    bodies.push(run.answers.look?.body ?? run.ending)
  }
  expect(bodies[0]).toMatch(/^\[1,"by a package",1,\d,1,"1"\]$/)
  expect(new Set(bodies).size).toBe(1)
})

test('what is told once in a process, or by a package while it loads, is told in no life; what tells of a leak is told in each', async () => {
  const stage = programOf({
    'node_modules/older/index.js': `
      let told = false
      exports.call = require('node:util').deprecate(() => {}, 'call is old', 'OLD1')
      console.error('loaded')
      exports.warn = () => { if (!told) process.emitWarning('you should know'); told = true }`,
    'main.mjs': `
      import { EventEmitter } from 'node:events'
      import { createServer } from 'node:http'
      import { call, warn } from 'older'
      createServer((_, response) => {
        const emitter = new EventEmitter()
        for (let at = 0; at < 11; at++) emitter.on('told', () => {})
        call(warn())
        response.end('{}')
      }).listen(3000)`,
  })
  const story = scenario([call('look', '/')])
  const runs = [await stage.run(story, { seed: '1' }), await stage.run(story, { seed: '1' })]
  const logs = runs.map(({ trace }) =>
    trace.filter(({ type }) => type === 'app.log').map(({ fields }) => String(fields.text)),
  )
  expect(logs[0]).toMatchObject([expect.stringContaining('MaxListenersExceededWarning')])
  expect(runs[1]?.hash).toBe(runs[0]?.hash)
})

test.each([['module'], ['commonjs']])(
  'TypeScript is read as its compiler reads it, in every life: %s',
  async (type) => {
    const main = `
    enum State { Open = 'open', Paid = 'paid' }
    class Shop { constructor(readonly name: string) {} }
    http.createServer((_: unknown, response: { end(text: string): void }) =>
      response.end(JSON.stringify([State.Paid, new Shop('corner').name, one, two, three]))).listen(3000)`
    const files =
      type === 'module'
        ? `import http from 'node:http'\nimport { one } from './lib/one.js'\nimport { two } from './lib'\nimport { three } from '@lib/three'`
        : `const http = require('node:http'), { one } = require('./lib/one.js'), { two } = require('./lib'), { three } = require('@lib/three')`
    const say = (name: string, value: number): string =>
      type === 'module' ? `export const ${name}: number = ${value}` : `exports.${name} = ${value} as number`
    const stage = programOf(
      {
        'package.json': JSON.stringify({ type }),
        'tsconfig.json': '{ "extends": "./base.json", /* a comment, */ }',
        'base.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"] }, }, } // "more"',
        'src/lib/one.ts': say('one', 1),
        'src/lib/index.ts': say('two', 2),
        'src/lib/three.ts': say('three', 3),
        'src/main.ts': `${files}\n${main}`,
      },
      'src/main.ts',
    )
    const story = scenario([call('look', '/')])
    const runs = [await stage.run(story, { seed: '1' }), await stage.run(story, { seed: '1' })]
    expect(runs.map(({ answers, ending }) => answers.look?.body ?? ending)).toEqual([
      '["paid","corner",1,2,3]',
      '["paid","corner",1,2,3]',
    ])
  },
)

test('a program that a package loads prints as any other', async () => {
  const stage = programOf(
    {
      'node_modules/runner/index.cjs': 'require(process.cwd() + "/main.cjs")',
      'main.cjs': `
        console.log('here I am')
        require('node:http').createServer((_, response) => response.end('{}')).listen(3000)`,
    },
    'node_modules/runner/index.cjs',
  )
  const { trace } = await stage.run(scenario([call('look', '/')]), { seed: '1' })
  expect(trace.filter(({ type }) => type === 'app.log')).toMatchObject([{ fields: { text: 'here I am\n' } }])
})

test.each([
  ['--import ./before.mjs', 'main.mjs'],
  ['--require=./before.cjs', 'main.cjs'],
])('what NODE_OPTIONS loads before the program is loaded before it in every life: %s', async (options, entry) => {
  const told = 'globalThis.before = (globalThis.before ?? 0) + 1'
  const serve = '.createServer((_, response) => response.end(String(globalThis.before))).listen(3000)'
  const stage = programOf(
    {
      'before.mjs': `await undefined\n${told}`,
      'before.cjs': told,
      'main.mjs': `import http from 'node:http'\nhttp${serve}`,
      'main.cjs': `require('node:http')${serve}`,
    },
    entry,
    { NODE_OPTIONS: options },
  )
  const bodies: unknown[] = []
  for (const seed of ['1', '1', '1'])
    bodies.push((await stage.run(scenario([call('look', '/')]), { seed })).answers.look?.body)
  expect(bodies).toEqual(Array(3).fill(String(options.split('before').length - 1)))
})
