import { z } from 'zod'
import { originPattern } from '../../twins/network.ts'
import type { Json } from '../../twins/trace.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import type { Wire } from '../../twins/wires.ts'
import type { Problem } from '../scenario.ts'
import { suggest } from './nearest.ts'
import { toMs } from './schema.ts'
import { type PlacedYaml, validate } from './yaml.ts'

const dotted = z.string().regex(/^[a-z][a-z0-9_-]*(\.[a-zA-Z0-9_@*-]+)+$/, 'twin.event')
const fields = z.record(z.string(), z.json())
const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a duration such as 30s or 15m')
const shared = { on: dotted, where: fields.optional(), after: duration.optional() }

/** A wire as a file says it: a call or something that happens, because of something else. */
export const wireShape: z.ZodType<WireShape> = z.union([
  z.strictObject({
    ...shared,
    call: z
      .string()
      .regex(
        /^(GET|POST|PUT|PATCH|DELETE) https:\/\/\S+$/,
        'a method and an address, such as POST https://slack.com/api/chat.postMessage',
      ),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.json().optional(),
  }),
  z.strictObject({ ...shared, happen: dotted, with: fields.optional() }),
])
type WireShape = {
  readonly on: string
  readonly where?: Readonly<Record<string, Json>> | undefined
  readonly after?: string | undefined
  readonly call?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Json | undefined
  readonly happen?: string | undefined
  readonly with?: Json | undefined
}

/** The wires of a scenario. Adds a problem for each event, happening or host that no twin has. */
export function readWires(
  raw: unknown,
  {
    yaml,
    twins,
    known,
  }: {
    readonly yaml: PlacedYaml
    readonly twins: readonly TwinDefinition<unknown>[]
    readonly known: readonly string[]
  },
  problems: Problem[],
): readonly Wire[] {
  if (raw === undefined) return []
  const shapes = validate(z.array(wireShape), raw, yaml, ['wires'], problems) ?? []
  return shapes.map((shape, at): Wire => {
    const path = ['wires', at]
    if (!known.includes(shape.on))
      problems.push(yaml.problem([...path, 'on'], `no operation or event "${shape.on}".${suggest(shape.on, known)}`))
    const base = { on: shape.on, where: shape.where, afterMs: shape.after === undefined ? 0 : toMs(shape.after) }
    if (shape.happen !== undefined) {
      const happenings = twins.flatMap(({ name, happenings: own }) => own.map((one) => `${name}.${one}`))
      if (!happenings.includes(shape.happen))
        problems.push(
          yaml.problem(
            [...path, 'happen'],
            `nothing called "${shape.happen}" can happen.${suggest(shape.happen, happenings)}`,
          ),
        )
      const [twin = '', ...event] = shape.happen.split('.')
      return { ...base, act: { kind: 'happen', twin, event: event.join('.'), fields: shape.with ?? {} } }
    }
    const [method = '', url = ''] = (shape.call ?? '').split(' ')
    const origins = twins.flatMap((twin) => twin.origins)
    const { origin } = new URL(url.replaceAll(/\{\{.*?\}\}/g, 'x'))
    if (!origins.some((one) => originPattern(one).test(origin)))
      problems.push(yaml.problem([...path, 'call'], `no twin stands at ${origin}.${suggest(origin, origins)}`))
    return { ...base, act: { kind: 'call', method, url, headers: shape.headers ?? {}, body: shape.body } }
  })
}
