import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { NotModelled } from '../../../twins/twin.ts'
import { client, hello, request } from './support.ts'

const SDK = dirname(createRequire(import.meta.url).resolve('@anthropic-ai/sdk'))

/** The names of an interface's fields in one of the SDK's declaration files. */
function declared(file: string, name: string): readonly string[] {
  const text = readFileSync(join(SDK, 'resources', `${file}.d.ts`), 'utf8').replaceAll(/\/\*\*.*?\*\//gs, '')
  const body = new RegExp(`\\nexport interface ${name} [^{]*\\{(.*?)\\n\\}`, 's').exec(text)?.[1] ?? ''
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field = '']) => field)
}

/** Fields that the SDK puts into headers. */
const HEADERS = new Set(['betas', 'workspace_id'])

async function isKnown(path: string, field: string, value: unknown): Promise<boolean> {
  const { max_tokens: _, ...counted } = hello
  const body = { ...(path.includes('count') ? counted : hello), [field]: value }
  try {
    const answer = await client().stage.twin.fetch(request('POST', path, body))
    return !(await answer.text()).includes('Extra inputs are not permitted')
  } catch (error) {
    if (error instanceof NotModelled) return true
    throw error
  }
}

test.each([
  ['messages/messages', 'MessageCreateParamsBase', '/v1/messages'],
  ['messages/messages', 'MessageCountTokensParams', '/v1/messages/count_tokens'],
  ['beta/messages/messages', 'MessageCreateParamsBase', '/v1/messages?beta=true'],
  ['beta/messages/messages', 'MessageCountTokensParams', '/v1/messages/count_tokens?beta=true'],
])('%s: no parameter of %s is unknown', async (file, name, path) => {
  const fields = declared(file, name).filter((field) => !HEADERS.has(field))
  expect(fields.length).toBeGreaterThan(5)
  const unknown: string[] = []
  for (const field of fields) if (!(await isKnown(path, field, {}))) unknown.push(field)
  expect(unknown).toEqual([])
})

test('an unknown one would be seen', async () => {
  expect(await isKnown('/v1/messages', 'colour', {})).toBe(false)
})
