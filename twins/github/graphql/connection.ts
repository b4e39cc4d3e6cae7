import { GraphQLError, type GraphQLErrorOptions } from 'graphql'

export type PageArgs = {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
  readonly before?: string | null
}
export type Connection<T> = {
  readonly totalCount: number
  readonly nodes: readonly T[]
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** GitHub's kind of error, which stands beside the message: https://docs.github.com/graphql (2026-11-26). */
export const refusal = (type: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { type } } satisfies GraphQLErrorOptions)

const cursorOf = (at: number): string => Buffer.from(`cursor:v2:${at}`).toString('base64')
function placeOf(cursor: string): number {
  const at = /^cursor:v2:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]
  if (at === undefined) throw refusal('INVALID_CURSOR_ARGUMENTS', `\`${cursor}\` does not appear to be a valid cursor.`)
  return Number(at)
}

/** One page of rows: https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api (2026-11-26). Only what is on it is shaped. */
export function connection<R, T>(
  field: string,
  rows: readonly R[],
  args: PageArgs,
  shape: (row: R) => T,
): Connection<T> {
  const { first, last } = args
  if ((first ?? null) === null && (last ?? null) === null)
    throw refusal(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
    )
  const size = first ?? last ?? 0
  if (size < 0 || size > 100)
    throw refusal(
      'EXCESSIVE_PAGINATION',
      `Requesting ${size} records on the \`${field}\` connection exceeds the \`${first === size ? 'first' : 'last'}\` limit of 100 records.`,
    )
  const from = args.after ? placeOf(args.after) : 0
  const to = args.before ? placeOf(args.before) - 1 : rows.length
  const start = (first ?? null) === null ? Math.max(from, to - size) : from
  const end = (first ?? null) === null ? to : Math.min(to, from + size)
  const nodes = rows.slice(start, end).map(shape)
  return {
    totalCount: rows.length,
    nodes,
    edges: nodes.map((node, at) => ({ cursor: cursorOf(start + at + 1), node })),
    pageInfo: {
      hasNextPage: end < rows.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length === 0 ? null : cursorOf(start + 1),
      endCursor: nodes.length === 0 ? null : cursorOf(end),
    },
  }
}
