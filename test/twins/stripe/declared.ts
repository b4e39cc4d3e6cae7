import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const RESOURCES = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..', 'esm', 'resources')

export type Field = { readonly name: string; readonly required: boolean }

/** The fields of `interface Name { … }` in one of the SDK's declaration files; of a nested one by `Outer.Inner`. */
export function declared(file: string, name: string): readonly Field[] {
  let text = readFileSync(join(RESOURCES, `${file}.d.ts`), 'utf8').replaceAll(/\/\*\*.*?\*\//gs, '')
  const path = name.split('.')
  const last = path.pop() ?? ''
  path.forEach((outer, depth) => {
    text = text.slice(text.search(new RegExp(`^ {${4 * depth}}(export declare )?namespace ${outer} \\{`, 'm')))
  })
  const match = new RegExp(`\\n( {${4 * path.length}})(?:export )?interface ${last} [^{]*\\{(.*?)\\n\\1\\}`, 's').exec(
    text,
  )
  const [, indent = '', body = ''] = match ?? []
  return [...body.matchAll(new RegExp(`^${indent} {4}(\\w+)(\\??):`, 'gm'))].map(([, field = '', optional]) => ({
    name: field,
    required: optional === '',
  }))
}
