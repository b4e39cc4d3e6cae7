import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { readJson } from '../../hook/json.ts'
import { loadProject } from '../../project.ts'
import type { Attack } from '../attack.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { ENTRY } from '../till.ts'

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
/** Ten aliases of ten aliases, and so on: a gigabyte in a few lines. */
const BOMB = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`),
].join('\n')
const JSONS = [
  deep(100_000),
  '{"__proto__":{"approved":true}}',
  '\ufffe{',
  '{"a":1e999999',
  `{"notes":"${'\\u0000'.repeat(10)}`,
]

/** Bytes that are no answer, and one that never ends in a header. */
const serve = `
const socket = request.socket
socket.write('HTTP/1.1 201 Created\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 5\\r\\nX: ' + 'y'.repeat(100_000) + '\\r\\n\\r\\nffffffffff\\r\\n{"__proto__":{"status":"succeeded"}}')
socket.end()
`

export const attackTheParsers: Attack = {
  number: 38,
  name: 'attack our parsers',
  how: 'answers with broken HTTP, and sends deep JSON, prototype keys and a YAML bomb',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const { twins, rules } = await loadProject(stand.till, stand.till)
    const refused = JSONS.filter((text) => throws(() => readJson(Buffer.from(text), 'hook'))).length
    const yaml = parseScenarioFile('bomb.scenario.yaml', `schema: 1\n${BOMB}\n`, {
      twins,
      rules: rules.map(({ id }) => id),
    })
    const stopped = refused === JSONS.length && yaml.problems.length > 0 && yaml.scenarios.length === 0
    return outcomeOf(await stand.judgeTill({ [ENTRY]: cheat({ serve }) }), /^pay: /, stopped)
  },
  async control() {
    const settings: Record<string, unknown> = {}
    merge(settings, JSON.parse('{"__proto__":{"backlotPolluted":true}}') as Record<string, unknown>)
    const polluted = 'backlotPolluted' in {}
    Reflect.deleteProperty(Object.prototype, 'backlotPolluted')
    return { works: polluted, how: 'JSON merged into settings key by key' }
  },
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
