/** What the official SDK says of Okta's answers: which model each status of a call has, and the fields of each model. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Property = {
  readonly type: string
  readonly required?: true
  readonly nullable?: true
}
export type Model = {
  /** A list of plain values, or whatever: nothing more is said of it. */
  readonly blank?: true
  readonly base?: string
  readonly properties: Readonly<Record<string, Property>>
  /** The field that says which of several models a row is, and the model of each value. */
  readonly told?: { readonly by: string; readonly as: Readonly<Record<string, string>> }
}
export type Call = {
  readonly method: string
  /** Segments; `*` stands for any. */
  readonly path: readonly string[]
  readonly answers: Readonly<Record<string, string>>
}
export type Description = {
  readonly calls: readonly Call[]
  readonly models: Readonly<Record<string, Model>>
  readonly enums: Readonly<Record<string, readonly string[]>>
  /** Names that stand for one of several models. */
  readonly unions: Readonly<Record<string, readonly string[]>>
}

const SDK = dirname(createRequire(import.meta.url).resolve('@okta/okta-sdk-nodejs'))
const MODULES = join(import.meta.dirname, '../../../../node_modules')

/** Reading the SDK's files takes seconds: what is read is kept, by version. */
export function description(): Description {
  const { version } = JSON.parse(readFileSync(join(SDK, '../package.json'), 'utf8')) as { readonly version: string }
  const folder = join(MODULES, '.cache/backlot-shapes')
  const kept = join(folder, `okta-${version}-4.json`)
  try {
    return JSON.parse(readFileSync(kept, 'utf8')) as Description
  } catch {
    const read = { calls: calls(), ...models() }
    mkdirSync(folder, { recursive: true })
    const unfinished = `${kept}.${process.pid}`
    writeFileSync(unfinished, JSON.stringify(read))
    renameSync(unfinished, kept)
    return read
  }
}

const filesOf = (folder: string, ending: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => [file.slice(0, -ending.length), readFileSync(join(folder, file), 'utf8')] as const)

function calls(): readonly Call[] {
  return filesOf(join(SDK, 'generated/apis'), '.js').flatMap(([, text]) => {
    const answers = new Map<string, Record<string, string>>()
    const processors = text.slice(text.indexOf('ResponseProcessor {'))
    for (const [, name = '', body = ''] of processors.matchAll(/^ {2}async (\w+)\(response\) \{(.*?)^ {2}\}/gms)) {
      const statuses = body.matchAll(/isCodeInRange\)\('(\w+)'.*?\n.*?contentType(?:, '[^']*')?\), '([^']+)'/g)
      const models = [...statuses].map(([, status = '', model = '']): readonly [string, string] => [status, model])
      // The last row of each is a way out for statuses between 200 and 299.
      answers.set(name, Object.fromEntries(models.reverse()))
    }
    const asked = text.matchAll(
      /^ {2}async (\w+)\((?:(?!^ {2}async ).)*?const path = '([^']+)';(?:(?!const path).)*?HttpMethodEnum\.(\w+)/gms,
    )
    return [...asked].map(([, name = '', path = '', method = '']) => ({
      method,
      path: path.split('/').map((part) => (part.startsWith('{') ? '*' : part)),
      answers: answers.get(name) ?? {},
    }))
  })
}

function models(): Pick<Description, 'models' | 'enums' | 'unions'> {
  const found: Record<string, Model> = {}
  const enums: Record<string, readonly string[]> = {}
  const unions: Record<string, readonly string[]> = {}
  const declared = new Map(filesOf(join(SDK, 'types/generated/models'), '.d.ts'))
  for (const [name, text] of filesOf(join(SDK, 'generated/models'), '.js')) {
    const types = declared.get(name) ?? ''
    for (const [, of = '', values = ''] of types.matchAll(/^export type (\w+) = ([^;]+);/gm))
      if (/^[A-Z]/.test(values)) unions[of] = values.split(' | ')
      else enums[of] = [...values.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, value = '']) => value)
    const [, base] = new RegExp(`^class ${name} extends \\w+\\.(\\w+)`, 'm').exec(text) ?? []
    if (!text.includes(`class ${name} `)) continue
    const [, by] = /\.discriminator = '(\w+)'/.exec(text) ?? []
    const [, mapping = ''] = /\.mapping = \{(.*?)\};/s.exec(text) ?? []
    const as = [...mapping.matchAll(/'([^']+)': '([^']+)'/g)].map(
      ([, value = '', model = '']) => [value, model] as const,
    )
    const blank = base === undefined && / extends Array |attributeTypeMap = \[\];/.test(text)
    found[name] = {
      ...(blank ? { blank } : {}),
      ...(base === undefined ? {} : { base }),
      ...(by === undefined ? {} : { told: { by, as: Object.fromEntries(as) } }),
      properties: properties(text.slice(text.indexOf('.attributeTypeMap = ')), types),
    }
  }
  return { models: found, enums, unions }
}

function properties(text: string, types: string): Readonly<Record<string, Property>> {
  const rows = text.matchAll(/'name': '([^']+)',\s*'baseName': '([^']+)',\s*'type': '([^']+)'/g)
  return Object.fromEntries(
    [...rows].map(([, name = '', wire = '', type = '']) => {
      const [, optional, written = ''] =
        new RegExp(`^  '${name.replaceAll('$', '\\$')}'(\\??): ([^;]+)`, 'm').exec(types) ?? []
      return [
        wire,
        {
          type,
          ...(optional === '' ? { required: true } : {}),
          ...(/\| null\s*$/.test(written) ? { nullable: true } : {}),
        } satisfies Property,
      ]
    }),
  )
}
