/**
 * Holds every answer that a test of test/twins/ gets against the vendor's own description of it (OpenAPI document, types of the official
 * SDK), and fails the file when one has another shape. A vendor whose description we have has a file in test/support/shapes/.
 */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { TwinDefinition } from '../../twins/twin.ts'

/** One answer of a twin. */
export type Answered = {
  readonly operation: string
  readonly method: string
  readonly url: URL
  readonly status: number
  /** Those of the answer. */
  readonly headers?: Headers
  readonly body: unknown
  /** One event of a stream, or one of many lines; otherwise a whole answer. */
  readonly streamed?: boolean
}

/** Where an answer differs from the vendor's description, a line each: `items[0].owner: is missing`. */
export type Shapes = (answered: Answered) => readonly string[]

const ROOT = join(import.meta.dirname, '../..')
const file = relative(ROOT, expect.getState().testPath ?? '')
const [, name = ''] = /^test\/twins\/([\w-]+)\//.exec(file) ?? []
const described = join(ROOT, 'test/support/shapes', `${name}.ts`)

if (name !== '' && existsSync(described)) {
  const { shapes } = (await import(described)) as { readonly shapes: Shapes }
  const exported = (await import(join(ROOT, 'twins', name, 'index.ts'))) as Readonly<Record<string, unknown>>
  const found = new Set<string>()
  const held: Promise<void>[] = []
  hold(exported[name] as TwinDefinition<unknown>, (answered) => {
    for (const line of shapes(answered)) found.add(`${answered.operation} ${answered.status}: ${line}`)
  })
  afterAll(async () => {
    await Promise.all(held)
    expect([...found].sort(), "Answers with another shape than the vendor's own description of them.").toEqual([])
  })

  function hold(definition: TwinDefinition<unknown>, look: (answered: Answered) => void): void {
    const create = definition.create.bind(definition)
    definition.create = (world, seed) => {
      const twin = create(world, seed)
      const answer = twin.fetch.bind(twin)
      return Object.assign(twin, {
        fetch(request: Request): Response | Promise<Response> {
          const { method } = request
          const url = new URL(request.url)
          const header = (wanted: string): string | undefined => request.headers.get(wanted) ?? undefined
          const operation = twin.operationOf(method, url, header)
          const seen = (response: Response): Response => {
            const { status, headers } = response
            const type = headers.get('content-type') ?? ''
            const streamed = /event-stream|jsonl/.test(type)
            if (operation !== undefined && (streamed || type.includes('json')))
              held.push(
                read(response.clone(), streamed, (body) =>
                  look({ operation, method, url, status, headers, body, streamed }),
                ),
              )
            return response
          }
          const answered = answer(request)
          return answered instanceof Response ? seen(answered) : answered.then(seen)
        },
      })
    }
  }

  async function read(copy: Response, streamed: boolean, look: (body: unknown) => void): Promise<void> {
    const text = await copy.text()
    // `data: {…}` of an event, and each line of JSON lines.
    const parts = streamed ? [...text.matchAll(/^(?:data: ?)?(\{.*)$/gm)].map(([, data = '']) => data) : [text]
    for (const part of parts) if (part !== '') look(JSON.parse(part))
  }
}
