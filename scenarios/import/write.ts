import type { Json } from '../../twins/trace.ts'
import type { Draft, Fields, Reading } from './draft.ts'

/** What stands above and around the steps of a scenario. */
export type Head = {
  readonly id: string
  readonly incident: string | undefined
  readonly title: string
  readonly evidence: {
    readonly source: string
    readonly sha256: string
    readonly redaction: 'v1' | 'none'
    readonly ledger: string
    readonly kept?: string | undefined
  }
}

const PLAIN = /^[A-Za-z_/][\w./-]*( [\w./-]+)*$/
const RESERVED = /^(true|false|null|yes|no|off|y|n|nan|inf)$/i
const OFFSET = /^\+\d+(ms|s|m|h|d)$/

/** A value as flow YAML on one line, which the reader of scenarios reads back as the same value. */
export function flow(value: Json | undefined): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string')
    return (PLAIN.test(value) && !RESERVED.test(value)) || OFFSET.test(value) ? value : quoted(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map((item: Json) => flow(item)).join(', ')}]`
  const pairs = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [`${keyOf(key)}: ${flow(item)}`],
  )
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

const keyOf = (key: string): string => (/^[A-Za-z_][\w.-]*$/.test(key) && !RESERVED.test(key) ? key : quoted(key))

/** JSON's spelling is YAML's, but for characters that YAML does not print. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Whether a JSON value can stand in a scenario as data: no fractions, which the reader refuses, and no names that mean something in YAML. */
export function isExpressible(value: Json, depth = 0): boolean {
  if (depth > 64) return false
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'string') return value.isWellFormed()
  if (value === null || typeof value !== 'object') return true
  return Object.entries(value).every(
    ([key, item]) =>
      key !== '<<' && key !== '__proto__' && key.isWellFormed() && isExpressible(item as Json, depth + 1),
  )
}

/** One block of a scenario file. Where the evidence leaves a fault open, `reading` says which of the two this one takes. */
export function printBlock(draft: Draft, head: Head, reading: Reading | undefined): string {
  const { id, incident, title, evidence } = head
  const given = Object.entries(draft.given).map(([twin, fields]) => `  ${twin}: ${flow(fields as Json)}`)
  const steps = draft.when.map((part) => {
    const read = reading === undefined ? undefined : part.readings?.[reading]
    return `  - ${flow((read ?? part.value) as Json)}`
  })
  return [
    'schema: 1',
    `id: ${id}`,
    `title: ${flow(title)}`,
    ...(incident === undefined ? [] : [`incident: ${flow(incident)}`]),
    `clock: ${draft.clock}`,
    ...(given.length === 0 ? [] : ['given:', ...given]),
    'when:',
    ...steps,
    'then:',
    ...draft.then.map(({ value }) => `  - ${flow(value as Json)}`),
    `evidence: ${flow(Object.fromEntries(Object.entries(evidence).filter(([, one]) => one !== undefined)) as Json)}`,
  ].join('\n')
}

export type Story = {
  readonly title: string
  readonly prose: readonly string[]
  readonly blocks: readonly { readonly words: string; readonly text: string }[]
}

/** A scenario file: what it is about in prose, then its blocks. */
export const printStory = ({ title, prose, blocks }: Story): string =>
  [`# ${title}`, ...prose, ...blocks.flatMap(({ words, text }) => [words, `\`\`\`yaml scenario\n${text}\n\`\`\``])]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')

/** Twins' starting states without what cannot be written. */
export function expressible(fields: Fields): Fields {
  const clean = (value: Json | undefined): Json | undefined => {
    if (value === undefined || value === null || typeof value !== 'object')
      return value === undefined || isExpressible(value) ? value : undefined
    if (Array.isArray(value)) return value.flatMap((item: Json) => clean(item) ?? [])
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]): [string, Json][] => {
        const inner = key === '<<' ? undefined : clean(item as Json)
        return inner === undefined ? [] : [[key, inner]]
      }),
    )
  }
  return (clean(fields as Json) ?? {}) as Fields
}
