import picomatch from 'picomatch'
import { type GateGit, GitLimit } from './git.ts'

/** What stopped a candidate before anything of it ran. `needs-human` reserves the decision for a person. */
export type Refusal = { readonly rule: string; readonly message: string; readonly status: 'fail' | 'needs-human' }

export type IntakeLimits = { readonly maxBytes: number; readonly maxFiles: number }

/** Files by which a checkout or an install would run something of the candidate's, and those in which we remember what was decided. */
const CONTROL = new Set([
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  '.pnp.cjs',
  '.gitattributes',
  '.gitmodules',
  '.git',
  'node_modules',
  '.backlot',
])
const LOCKFILES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'package.json',
])
const BAD_NAME = /[<>:"|?*\\\p{Cc}\p{Cf}]|[. ]$/u
const NULL_MODE = '000000'

type Change = { readonly path: string; readonly mode: string; readonly blob: string }

/** What git could not take in within its limits. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof GitLimit)) throw error
  return { rule: 'limits', message: `expected a change that git can take in, got: ${error.message}`, status: 'fail' }
}

/** Judges the difference of two trees as git parsed it; nothing has been written to disk yet. Empty: it may run. */
export function inspectChange(
  git: GateGit,
  baseTree: string,
  candidateTree: string,
  options: { readonly prefix: string; readonly protectedPaths: readonly string[]; readonly limits: IntakeLimits },
): readonly Refusal[] {
  const { prefix, protectedPaths, limits } = options
  const refusals: Refusal[] = []
  const refuse = (rule: string, message: string): void => void refusals.push({ rule, message, status: 'fail' })
  let changes: readonly Change[]
  try {
    changes = readChanges(git.run(['diff-tree', '-r', '--raw', '-z', '--no-renames', baseTree, candidateTree]))
  } catch (error) {
    if (error instanceof GitLimit) return [refusalOf(error)]
    return [{ rule: 'names', message: 'expected paths in UTF-8, got something else', status: 'fail' }]
  }
  if (changes.length > limits.maxFiles)
    refuse('size', `expected at most ${limits.maxFiles} changed files, got ${changes.length}`)
  const isProtected = picomatch([...protectedPaths], { dot: true })
  let bytes = 0
  for (const { path, mode, blob } of changes) {
    const parts = path.split('/')
    const shown = printable(path)
    const control = parts.find((part) => CONTROL.has(part.toLowerCase()))
    const inner = path.startsWith(prefix) ? path.slice(prefix.length) : undefined
    if (mode === '120000') refuse('symlink', `${shown}: expected a file, got a symbolic link`)
    else if (mode === '160000') refuse('submodule', `${shown}: expected a file, got a submodule`)
    else if (control !== undefined)
      refuse('control-file', `${shown}: expected source, got a file that git, npm or backlot would act on (${control})`)
    else if (BAD_NAME.test(path)) refuse('names', `${shown}: expected a plain name, got control or reserved characters`)
    else if (inner === undefined)
      refuse('outside', `${shown}: expected changes inside ${prefix}, got one outside the project`)
    else if (isProtected(inner))
      refuse('protected', `${shown}: expected source, got a file that decides (scenario, rule, brief or settings)`)
    else if (LOCKFILES.has(parts.at(-1) ?? ''))
      refusals.push({
        rule: 'dependencies',
        message: `${shown}: dependencies changed; packages come from the base, so a person has to decide`,
        status: 'needs-human',
      })
    if (mode !== NULL_MODE && mode !== '160000') bytes += Number(git.run(['cat-file', '-s', blob]).toString())
  }
  if (bytes > limits.maxBytes)
    refuse('size', `expected changed files of at most ${limits.maxBytes} bytes in all, got ${bytes}`)
  const seen = new Map<string, string>()
  for (const path of utf8(git.run(['ls-tree', '-r', '-z', '--name-only', candidateTree]))) {
    const folded = path.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined && changes.some((change) => change.path === path || change.path === other))
      refuse('case', `${printable(path)}: differs from ${printable(other)} only in case`)
    seen.set(folded, path)
  }
  return refusals
}

const utf8 = (bytes: Buffer): readonly string[] =>
  new TextDecoder('utf-8', { fatal: true })
    .decode(bytes)
    .split('\0')
    .filter((text) => text !== '')

function readChanges(raw: Buffer): readonly Change[] {
  const fields = utf8(raw)
  const changes: Change[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = '', , blob = ''] = (fields[at] ?? '').split(' ')
    changes.push({ mode, blob, path: fields[at + 1] ?? '' })
  }
  return changes
}

/** Text of a candidate's, safe to print: no control, direction or escape characters, and short. */
export const printable = (text: string, longest = 300): string => {
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (char) =>
    char === '\n' || char === '\t' ? ' ' : `\\u{${char.codePointAt(0)?.toString(16)}}`,
  )
  return safe.length > longest ? `${safe.slice(0, longest)}...` : safe
}

/** What is wrong with a patch before git looks at it; undefined when it may be tried. */
export function inspectPatch(patch: Buffer, limits: IntakeLimits): Refusal | undefined {
  const fail = (rule: string, message: string): Refusal => ({ rule, message, status: 'fail' })
  if (patch.length === 0) return fail('empty', 'expected a patch, got an empty file')
  if (patch.length > limits.maxBytes)
    return fail('size', `expected a patch of at most ${limits.maxBytes} bytes, got ${patch.length}`)
  const text = patch.toString('utf8')
  if (!/^(diff --git |--- )/m.test(text))
    return fail('format', 'expected a patch as git diff prints it, got something else')
  for (const [, path = ''] of text.matchAll(
    /^(?:---|\+\+\+|rename (?:from|to)|copy (?:from|to)) (?:[ab]\/)?([^\t\n]*)/gm,
  )) {
    const parts = path.split('/')
    if (path.startsWith('/') && path !== '/dev/null')
      return fail('outside', `${printable(path)}: expected a path inside the repository, got an absolute one`)
    if (parts.includes('..'))
      return fail('outside', `${printable(path)}: expected a path inside the repository, got one that leaves it`)
    if (parts.some((part) => part.toLowerCase() === '.git'))
      return fail('control-file', `${printable(path)}: expected source, got a path into .git`)
  }
  return undefined
}
