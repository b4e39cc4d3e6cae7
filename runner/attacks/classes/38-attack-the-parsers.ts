import { connect } from 'node:net'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { printable } from '../../gate/intake.ts'
import { readJson } from '../../hook/json.ts'
import { loadProject } from '../../project.ts'
import type { Attack } from '../attack.ts'
import { whileServing } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf, type Stand } from '../stand.ts'
import { ENTRY } from '../till.ts'

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
/** Ten aliases of ten aliases, and so on: a gigabyte in a few lines. */
const BOMB = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`),
].join('\n')
/** JSON by the letter, which every parser takes, and which does harm in whoever works with it. */
const PROTOTYPE = '{"__proto__":{"backlotPolluted":true}}'
const JSONS = [deep(100_000), PROTOTYPE, `{"a":[${PROTOTYPE}]}`, '{"a":1e999999}', '[-1e400]']
/** A byte that ends strings elsewhere; it is text, and is shown escaped. */
const NUL = '{"notes":"a\\u0000b"}'

/** Bytes that are no answer, and one that never ends in a header. */
const serve = `
const socket = request.socket
socket.write('HTTP/1.1 201 Created\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 5\\r\\nX: ' + 'y'.repeat(100_000) + '\\r\\n\\r\\nffffffffff\\r\\n{"__proto__":{"status":"succeeded"}}')
socket.end()
`

export const attackTheParsers: Attack = {
  number: 38,
  name: 'attack our parsers',
  how: 'answers with broken HTTP, and sends deep JSON, prototype keys, numbers beyond bounds and a YAML bomb',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const { twins, rules } = await loadProject(stand.till, stand.till)
    const refused = JSONS.filter((text) => throws(() => readJson(Buffer.from(text), 'hook'))).length
    const yaml = parseScenarioFile('bomb.scenario.yaml', `schema: 1\n${BOMB}\n`, {
      twins,
      rules: rules.map(({ id }) => id),
    })
    const shown = printable(JSON.stringify(readJson(Buffer.from(NUL), 'hook')))
    const read = refused === JSONS.length && !shown.includes('\0')
    const stopped = read && yaml.problems.length > 0 && yaml.scenarios.length === 0
    return outcomeOf(await stand.judgeTill({ [ENTRY]: cheat({ serve }) }), /^pay: .*not HTTP/, stopped)
  },
  async control(stand) {
    const taken = JSONS.every((text) => !throws(() => JSON.parse(text)))
    merge({}, JSON.parse(PROTOTYPE) as Record<string, unknown>)
    const polluted = 'backlotPolluted' in {}
    Reflect.deleteProperty(Object.prototype, 'backlotPolluted')
    const lost = JSON.stringify(JSON.parse('{"a":1e999999}')) === '{"a":null}'
    const [line] = (await rawAnswer(stand, cheat({ serve }))).split('\r\n')
    return {
      works: taken && polluted && lost && line === 'HTTP/1.1 201 Created',
      how: 'JSON.parse, a merge key by key, and a client that takes the first line for the answer',
    }
  },
}

/** All that a program sends in answer to one order, as bytes that nobody has looked at. */
async function rawAnswer(stand: Stand, program: string): Promise<string> {
  let text = ''
  await whileServing(stand.scratch(), program, (path) => {
    const socket = connect({ path })
    socket.on('data', (part: Buffer) => {
      text += part.toString()
    })
    socket.write('POST /pay HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}')
    return new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined))
  })
  return text
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    const there = into[key]
    if (value !== null && typeof value === 'object' && there !== null && typeof there === 'object')
      merge(there as Record<string, unknown>, value as Record<string, unknown>)
    else into[key] = value
  }
}

function throws(attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch {
    return true
  }
}
