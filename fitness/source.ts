import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'

/** A node of a syntax tree, as oxc gives it: ESTree with positions. */
export type SyntaxNode = { readonly type: string; readonly start: number; readonly [key: string]: unknown }

/** A source file, parsed. */
export type SourceFile = { readonly path: string; readonly text: string; readonly program: SyntaxNode }

const isNode = (value: unknown): value is SyntaxNode =>
  value !== null && typeof value === 'object' && 'type' in value && typeof value.type === 'string'

/** Every TypeScript file below the given folders of `root`, in order of path. */
export function readSources(root: string, folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8')
      const { program, errors } = parseSync(path, text)
      const [error] = errors
      if (error !== undefined) throw new Error(`${relative(root, path)}: expected TypeScript, got ${error.message}`)
      return { path: relative(root, path), text, program: program as unknown as SyntaxNode }
    })
}

/** Visits a tree from the top, parents before children. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void,
  parent?: SyntaxNode,
): void {
  visit(node, parent)
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent') continue
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node)
  }
}

/** The line a position is on, from 1. */
export const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length

/** Where the modules that a file names are, and on which line. */
export function importsOf({
  text,
  program,
}: SourceFile): readonly { readonly from: string; readonly line: number; readonly typeOnly: boolean }[] {
  const found: { from: string; line: number; typeOnly: boolean }[] = []
  walk(program, (node) => {
    if (
      !['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'].includes(node.type)
    )
      return
    const { source } = node
    if (isNode(source) && typeof source.value === 'string') {
      found.push({
        from: source.value,
        line: lineOf(text, node.start),
        typeOnly: node.importKind === 'type' || node.exportKind === 'type',
      })
    }
  })
  return found
}
