/** Reads a module's exported types by TypeScript's own compiler (in the last version with an API), as shapes of JSON values. */
import { join } from 'node:path'
import { getLibFiles, ts } from '@ts-morph/common'
import type { Shape, Shapes, Source } from './typescript.ts'

/** Where the compiler's own library stands: in memory. */
const LIBRARY = '/library'

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  esModuleInterop: true,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
  types: ['node'],
}

/** The shapes of what `source` exports, as it would stand in `root`. A type that is not there throws. */
export function readShapes(root: string, { source, as = {}, closed = false }: Source): Shapes {
  const { program, module } = compiled(root, source)
  const checker = program.getTypeChecker()
  const table: Shape[] = []
  const places = new Map<ts.Type | string, number>()
  const symbol = checker.getSymbolAtLocation(module)
  if (symbol === undefined) throw new Error('describedBy: expected a module that exports types, got no export.')
  const exports = checker
    .getExportsOfModule(symbol)
    .map((exported): [string, number] => [exported.name, placeOf(checker.getDeclaredTypeOfSymbol(exported))])
  return { table, exports: Object.fromEntries(exports) }

  /** A type's place is taken before its parts are read: types that hold themselves end there. */
  function placeOf(type: ts.Type): number {
    const known = places.get(type)
    if (known !== undefined) return known
    const place = table.push({ kind: 'any' }) - 1
    places.set(type, place)
    table[place] = shapeOf(type)
    return place
  }

  function plain(kind: 'absent' | 'any'): number {
    const known = places.get(kind) ?? table.push({ kind }) - 1
    places.set(kind, known)
    return known
  }

  function shapeOf(type: ts.Type): Shape {
    const name = (type.aliasSymbol ?? type.symbol)?.name ?? ''
    if (name === 'Date') return { kind: 'string' }
    if (Object.hasOwn(as, name)) return { kind: as[name] ?? 'any' }
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return { kind: 'any' }
    if (type.flags & ABSENT) return { kind: 'absent' }
    if (type.flags & ts.TypeFlags.Null) return { kind: 'null' }
    if (type.flags & ts.TypeFlags.BooleanLiteral)
      return { kind: 'literal', value: checker.typeToString(type) === 'true' }
    if (type.flags & ts.TypeFlags.Boolean) return { kind: 'boolean' }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: 'literal', value: type.value }
    if (type.flags & STRING) return { kind: 'string' }
    if (type.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) return { kind: 'number' }
    if (type.flags & ts.TypeFlags.NonPrimitive) return { kind: 'object' }
    if (type.isUnion()) return { kind: 'union', of: branchesOf(type).map(placeOf) }
    if (type.flags & (ts.TypeFlags.Instantiable | ts.TypeFlags.Conditional)) {
      const constraint = checker.getBaseConstraintOfType(type)
      return constraint === undefined || constraint === type ? { kind: 'any' } : shapeOf(constraint)
    }
    // `string & {}`: any string, with suggestions for an editor.
    if (isAnyString(type)) return { kind: 'string' }
    if (checker.isTupleType(type))
      return { kind: 'tuple', of: checker.getTypeArguments(type as ts.TypeReference).map(placeOf) }
    if (checker.isArrayLikeType(type)) return { kind: 'array', of: itemOf(type) }
    return recordOf(type)
  }

  /** Without what only leaves room for values to come, where the source is `closed`. */
  function branchesOf(type: ts.UnionType): readonly ts.Type[] {
    const there = type.types.filter(isThere)
    return closed && there.some((part) => part.isStringLiteral()) ? there.filter((part) => !isAnyString(part)) : there
  }

  function itemOf(type: ts.Type): number {
    const item = checker.getIndexTypeOfType(type, ts.IndexKind.Number)
    return item === undefined ? plain('any') : placeOf(item)
  }

  function recordOf(type: ts.Type): Shape {
    const index = type.getStringIndexType()
    const properties = checker.getPropertiesOfType(type)
    if (index === undefined && properties.length === 0) return { kind: 'object' }
    const fields = properties.flatMap((property): [string, { of: number; optional: boolean }][] => {
      const held = checker.getTypeOfSymbol(property)
      // A method of the SDK's own object, no field of the answer.
      if (held.getCallSignatures().length > 0) return []
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0 || !isNeeded(held)
      return [[property.name, { of: held.isUnion() ? unionOf(held) : placeOf(held), optional }]]
    })
    return {
      kind: 'record',
      fields: Object.fromEntries(fields),
      ...(index === undefined ? {} : { rest: placeOf(index) }),
    }
  }

  /** One branch left of `x | undefined` is x itself; none is a field that never comes. */
  function unionOf(type: ts.UnionType): number {
    const [first, ...more] = type.types.filter(isThere)
    if (first === undefined) return plain('absent')
    return more.length === 0 ? placeOf(first) : placeOf(type)
  }
}

const ABSENT = ts.TypeFlags.Undefined | ts.TypeFlags.Void | ts.TypeFlags.Never
const STRING = ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping
const isAnyString = (type: ts.Type): boolean =>
  type.isIntersection() && type.types.some((part) => (part.flags & STRING) !== 0)
const isThere = (type: ts.Type): boolean => (type.flags & ABSENT) === 0
const isNeeded = (type: ts.Type): boolean => (type.isUnion() ? type.types.every(isThere) : isThere(type))

function compiled(root: string, source: string): { readonly program: ts.Program; readonly module: ts.SourceFile } {
  const name = join(root, 'described.ts')
  const made = new Map([
    [name, source],
    ...getLibFiles().map(({ fileName, text }) => [join(LIBRARY, fileName), text] as const),
  ])
  const host = ts.createCompilerHost(OPTIONS)
  const { getSourceFile, fileExists, readFile } = host
  host.getCurrentDirectory = () => root
  host.getDefaultLibLocation = () => LIBRARY
  host.getDefaultLibFileName = (options) => join(LIBRARY, ts.getDefaultLibFileName(options))
  host.fileExists = (file) => made.has(file) || fileExists(file)
  host.readFile = (file) => made.get(file) ?? readFile(file)
  host.getSourceFile = (file, version, ...more) => {
    const text = made.get(file)
    return text === undefined ? getSourceFile(file, version, ...more) : ts.createSourceFile(file, text, version)
  }
  const program = ts.createProgram([name], OPTIONS, host)
  const module = program.getSourceFile(name)
  if (module === undefined) throw new Error('describedBy: expected the module to be read, got none.')
  // What is misspelt is `any` to the compiler, and would differ from nothing.
  const wrong = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSyntacticDiagnostics(module),
    ...program.getSemanticDiagnostics(module),
  ]
  if (wrong.length > 0) throw new Error(`describedBy: ${ts.formatDiagnostics(wrong, host)}`)
  return { program, module }
}
