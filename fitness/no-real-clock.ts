import type { SourceFinding } from './imports-point-left.ts'
import { importsOf, lineOf, type SourceFile, type SyntaxNode, walk } from './source.ts'

/** A file that may touch the real world, and why. `what` names what it uses: entries nothing uses are findings too. */
export type Allowed = { readonly path: string; readonly what: readonly Reality[]; readonly why: string }
export type Reality = 'clock' | 'chance' | 'timer' | 'network' | 'process'

const MODULES: Readonly<Record<string, Reality>> = {
  'node:net': 'network',
  'node:tls': 'network',
  'node:http': 'network',
  'node:https': 'network',
  'node:http2': 'network',
  'node:dgram': 'network',
  'node:dns': 'network',
  'node:child_process': 'process',
  'node:worker_threads': 'process',
  'node:cluster': 'process',
  'node:timers': 'timer',
  'node:timers/promises': 'timer',
}
const MEMBERS: Readonly<Record<string, Reality>> = {
  'Date.now': 'clock',
  'performance.now': 'clock',
  'process.hrtime': 'clock',
  'process.uptime': 'clock',
  'Math.random': 'chance',
  'crypto.randomUUID': 'chance',
  'crypto.randomBytes': 'chance',
  'crypto.randomInt': 'chance',
  'crypto.getRandomValues': 'chance',
  'AbortSignal.timeout': 'timer',
}
const CALLS: Readonly<Record<string, Reality>> = {
  setTimeout: 'timer',
  setInterval: 'timer',
  setImmediate: 'timer',
  fetch: 'network',
  randomUUID: 'chance',
  randomBytes: 'chance',
  randomInt: 'chance',
}
const WAY_OUT: Readonly<Record<Reality, string>> = {
  clock: 'Use world.clock.now().',
  chance: 'Use world.rng or world.draw().',
  timer: 'Use world.clock.schedule().',
  network: 'Go through the world, or hand the connection in.',
  process: 'Hand it in from scenarios/subject or runner.',
}

const nameOf = (node: unknown): string | undefined => {
  if (node === null || typeof node !== 'object' || !('type' in node)) return undefined
  const { type, name } = node as SyntaxNode
  return type === 'Identifier' && typeof name === 'string' ? name : undefined
}

/** What of the real world a file touches, line by line. Types do not count. */
function touches(
  file: SourceFile,
): readonly { readonly reality: Reality; readonly what: string; readonly line: number }[] {
  const found: { reality: Reality; what: string; line: number }[] = []
  for (const { from, line, typeOnly } of importsOf(file)) {
    const reality = MODULES[from]
    if (reality !== undefined && !typeOnly) found.push({ reality, what: from, line })
  }
  walk(file.program, (node, parent) => {
    const line = lineOf(file.text, node.start)
    if (node.type === 'MemberExpression') {
      const what = `${nameOf(node.object)}.${nameOf(node.property)}`
      const reality = MEMBERS[what]
      if (reality !== undefined && node.computed !== true) found.push({ reality, what, line })
    }
    if (
      node.type === 'NewExpression' &&
      nameOf(node.callee) === 'Date' &&
      Array.isArray(node.arguments) &&
      node.arguments.length === 0
    ) {
      found.push({ reality: 'clock', what: 'new Date()', line })
    }
    if (node.type === 'CallExpression') {
      const name = nameOf(node.callee)
      const reality = name === undefined ? undefined : CALLS[name]
      if (name !== undefined && reality !== undefined) found.push({ reality, what: `${name}()`, line })
      if (name === 'Date') found.push({ reality: 'clock', what: 'Date()', line })
    }
    // A value passed on is as real as one that is called: `{ now: Date.now }` is caught above, `const later = setTimeout` here.
    const name = nameOf(node)
    const passed =
      parent !== undefined &&
      ['VariableDeclarator', 'AssignmentExpression', 'ArrayExpression'].includes(parent.type) &&
      parent.id !== node
    if (name !== undefined && passed && CALLS[name] === 'timer') found.push({ reality: 'timer', what: name, line })
  })
  return found
}

/** No real clock, chance, timer, network or process outside the files that are allowed to; and no permission that nobody needs. */
export function noRealClock(files: readonly SourceFile[], allowed: readonly Allowed[]): readonly SourceFinding[] {
  const used = new Map<Allowed, Set<Reality>>()
  const findings = files.flatMap((file) =>
    touches(file).flatMap(({ reality, what, line }): readonly SourceFinding[] => {
      const permit = allowed.find(
        ({ path, what: realities }) =>
          (path.endsWith('/') ? file.path.startsWith(path) : file.path === path) && realities.includes(reality),
      )
      if (permit === undefined)
        return [
          {
            path: file.path,
            line,
            message: `expected time, chance and network from the world, got ${what}. ${WAY_OUT[reality]}`,
          },
        ]
      used.set(permit, (used.get(permit) ?? new Set()).add(reality))
      return []
    }),
  )
  const stale = allowed.flatMap((permit) =>
    permit.what
      .filter((reality) => used.get(permit)?.has(reality) !== true)
      .map(
        (reality): SourceFinding => ({
          path: permit.path,
          line: 1,
          message: `allowed to touch the real ${reality}, but does not. Take the permission away.`,
        }),
      ),
  )
  return [...findings, ...stale]
}
