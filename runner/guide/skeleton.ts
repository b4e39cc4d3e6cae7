/** What is read of a JSON Schema, as zod writes it. */
export type Shape = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: boolean | Shape
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
}

const INDENT = '  '
/** Deeper than this a shape is named, not shown. */
const DEPTH_MAX = 6
const CHOICES_MAX = 8

/** A JSON Schema as the YAML it asks for: a line a key, the kind of its value in the place of the value, `?` where it may be left out. */
export function skeleton(shape: Shape, depth = 0): readonly string[] {
  const { properties, items, additionalProperties } = shape
  if (depth < DEPTH_MAX && properties !== undefined && Object.keys(properties).length > 0)
    return Object.entries(properties).flatMap(([name, inner]) =>
      keyed(`${name}${shape.required?.includes(name) === true ? '' : '?'}`, inner, depth),
    )
  if (depth < DEPTH_MAX && items !== undefined && isDeep(items)) {
    const [first = '', ...rest] = skeleton(items, depth + 1)
    return [`- ${first}`, ...rest.map((line) => `${INDENT}${line}`)]
  }
  if (typeof additionalProperties === 'object' && isDeep(additionalProperties))
    return keyed('<name>', additionalProperties, depth)
  const choice = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].find(isDeep)
  return choice === undefined ? [kindOf(shape)] : skeleton(choice, depth)
}

/** The keys of a JSON Schema in one line, `?` where one may be left out. */
export const inline = ({ properties = {}, required = [] }: Shape): string =>
  Object.entries(properties)
    .map(([name, inner]) => `${name}${required.includes(name) ? '' : '?'}: ${kindOf(inner)}`)
    .join(', ')

function keyed(key: string, shape: Shape, depth: number): readonly string[] {
  const told = shape.description === undefined ? '' : ` # ${shape.description.split('\n')[0]}`
  if (!isDeep(shape) || depth + 1 >= DEPTH_MAX) return [`${key}: ${kindOf(shape)}${told}`]
  const inner = skeleton(shape, depth + 1)
  const others = othersOf(shape)
  const note = others === '' ? '' : ` # or ${others}`
  return [`${key}:${told}${note}`, ...inner.map((line) => `${INDENT}${line}`)]
}

/** Whether it takes lines of its own. */
function isDeep({ properties, items, additionalProperties, anyOf, oneOf }: Shape): boolean {
  if (properties !== undefined && Object.keys(properties).length > 0) return true
  if (items !== undefined) return isDeep(items)
  if (typeof additionalProperties === 'object' && isDeep(additionalProperties)) return true
  return [...(anyOf ?? []), ...(oneOf ?? [])].some(isDeep)
}

/** What a value may be instead of the one that is shown. */
function othersOf({ anyOf, oneOf }: Shape): string {
  const choices = [...(anyOf ?? []), ...(oneOf ?? [])]
  const shown = choices.find(isDeep)
  return choices
    .filter((one) => one !== shown)
    .map(kindOf)
    .join(' or ')
}

/** The kind of a value in one line: `string`, `[integer]`, `"card" | "paypal"`, `{ name: string }`. */
export function kindOf(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return shortened(shape.enum.map((one) => JSON.stringify(one)))
  const choices = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]
  if (choices.length > 0) return shortened([...new Set(choices.map(kindOf))])
  if (shape.type === 'array') return `[${shape.items === undefined ? 'any' : kindOf(shape.items)}]`
  if (shape.type === 'object') {
    const { properties = {}, additionalProperties } = shape
    const fields = Object.entries(properties).map(([name, inner]) => `${name}: ${kindOf(inner)}`)
    if (fields.length > 0) return `{ ${fields.join(', ')} }`
    return typeof additionalProperties === 'object' ? `{ <name>: ${kindOf(additionalProperties)} }` : 'object'
  }
  return [shape.type ?? 'any'].flat().join(' | ')
}

const shortened = (choices: readonly string[]): string =>
  choices.length <= CHOICES_MAX
    ? choices.join(' | ')
    : `${choices.slice(0, CHOICES_MAX).join(' | ')} | … ${choices.length - CHOICES_MAX} more`
