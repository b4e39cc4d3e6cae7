import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** Files of its own project that a pipeline's file includes. `untold` when some of them cannot be told by reading it. */
export type Includes = { readonly local: readonly string[]; readonly untold: boolean }

const UNTOLD: Includes = { local: [], untold: true }
const objectShape = z.looseObject({
  local: z.string().optional(),
  project: z.string().optional(),
  component: z.string().optional(),
  remote: z.string().optional(),
  template: z.string().optional(),
  ref: z.string().optional(),
  file: z.union([z.string(), z.array(z.string())]).optional(),
})
/** A word alone is an address or a local path. */
const entryShape = z.union([
  z
    .string()
    .transform((text): z.infer<typeof objectShape> => (text.includes('://') ? { remote: text } : { local: text })),
  objectShape,
])
const documentShape = z.looseObject({ include: z.union([entryShape, z.array(entryShape)]).optional() })

/**
 * What the `include:` of a pipeline's text names. A pattern, or a variable that a merge request may turn to its own files, is untold; the name of
 * the server is no such variable. Source: https://docs.gitlab.com/ci/yaml/#include (2026-11-26).
 */
export function includesOf(text: string): Includes {
  const local: string[] = []
  let untold = false
  for (const document of parseAllDocuments(text, { merge: true, logLevel: 'silent' })) {
    const parsed = documentShape.safeParse(document.errors.length > 0 ? undefined : plainOf(document))
    if (!parsed.success) return UNTOLD
    for (const entry of [parsed.data.include ?? []].flat()) {
      const { local: path, project, component, remote, template, ref, file = [] } = entry
      const elsewhere = [project, component, remote, template, ref, file].flat()
      if (/[*$]/.test(path ?? '') || elsewhere.some((one) => one !== undefined && varies(one))) untold = true
      else if (path !== undefined) local.push(path.replace(/^\/+/, ''))
    }
  }
  return { local, untold }
}

const varies = (text: string): boolean => text.replace(/\$\{?CI_SERVER_(FQDN|HOST)\b\}?/g, '').includes('$')

function plainOf(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS() ?? {}
  } catch {
    return undefined
  }
}
