import type { Json } from '../../trace.ts'
import { type Ask, type On, Refusal } from '../ask.ts'
import { fieldBodies } from '../field-answer.ts'
import { search } from '../jql/index.ts'
import { RESERVED } from '../jql/lex.ts'
import { type Clause, type Operand, parse, type Query } from '../jql/parse.ts'
import { type Fields, listOf, textOf } from '../state.ts'

const QUERIES_MAX = 100
const VALIDATIONS = ['strict', 'warn', 'none']

/** Queries about queries. Source: Atlassian's OpenAPI document of version 3, "JQL" (2026-11-26). */
export function addJql(on: On): void {
  on('jql.parse', 'POST /rest/api/:version/jql/parse', (ask) => {
    const { body, query } = ask
    const [queries, how] = [listOf(body.queries).map(textOf), query('validation') ?? 'strict']
    if (queries.length === 0) throw new Refusal(400, ['At least one query is required.'])
    if (queries.length > QUERIES_MAX)
      throw new Refusal(400, [`The number of queries exceeds the limit of ${QUERIES_MAX}.`])
    if (!VALIDATIONS.includes(how)) throw new Refusal(400, [`The value '${how}' for 'validation' is not valid.`])
    return Response.json({ queries: queries.map((jql) => parsed(ask, jql, how)) })
  })
  on('jql.match', 'POST /rest/api/:version/jql/match', (ask) => {
    const { site, me, body } = ask
    const ids = listOf(body.issueIds).map(textOf)
    const issues = ids.flatMap((id) => site.store.issues.get(id) ?? [])
    return Response.json({
      matches: listOf(body.jqls).map((jql) => {
        try {
          const found = search(site, me.id, textOf(jql), issues).map(({ id }) => id)
          return { matchedIssues: ids.filter((id) => found.includes(id)).map(Number), errors: [] }
        } catch (error) {
          if (error instanceof Refusal) return { matchedIssues: [], errors: [error.message] }
          throw error
        }
      }),
    })
  })
  on('jql.autocomplete_data', 'GET /rest/api/:version/jql/autocompletedata', ({ site }) =>
    Response.json({
      visibleFieldNames: fieldBodies(site)
        .filter(({ searchable }) => searchable === true)
        .map(({ id, name, clauseNames, custom }) => {
          const [value] = listOf(clauseNames).map(textOf)
          const cfid = custom === true ? { cfid: value ?? '' } : {}
          return {
            value: custom === true ? textOf(name) : (value ?? textOf(id)),
            displayName: custom === true ? `${textOf(name)} - ${value ?? ''}` : (value ?? textOf(id)),
            orderable: 'true',
            searchable: 'true',
            ...cfid,
            operators: ['=', '!=', 'in', 'not in', 'is', 'is not'],
            types: ['java.lang.String'],
          }
        }),
      visibleFunctionNames: ['currentUser()', 'now()', 'startOfDay()', 'openSprints()', 'membersOf("")'].map(
        (value) => ({
          value,
          displayName: value,
          types: ['java.lang.String'],
        }),
      ),
      jqlReservedWords: [...RESERVED],
    }),
  )
}

function parsed({ site, me }: Ask, jql: string, how: string): Json {
  let structure: Json
  try {
    structure = structureOf(parse(jql))
  } catch (error) {
    if (error instanceof Refusal) return { query: jql, errors: [error.message] }
    throw error
  }
  if (how === 'none') return { query: jql, structure }
  try {
    search(site, me.id, jql, [])
    return { query: jql, structure }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return how === 'warn'
      ? { query: jql, structure, warnings: [error.message] }
      : { query: jql, errors: [error.message] }
  }
}

function structureOf({ where, order }: Query): Json {
  const orderBy = order.map(({ field, descending }) => ({
    field: fieldOf(field),
    ...(descending === undefined ? {} : { direction: descending ? 'desc' : 'asc' }),
  }))
  return {
    ...(where === undefined ? {} : { where: clauseOf(where) }),
    ...(orderBy.length === 0 ? {} : { orderBy: { fields: orderBy } }),
  }
}

/** A text as a query has to spell it. */
const encoded = (text: string): string =>
  /^[\w-]+$/.test(text) && !RESERVED.has(text.toLowerCase()) ? text : `"${text.replaceAll('"', '\\"')}"`

const fieldOf = (name: string): Fields => ({ name, encodedName: encoded(name) })

function clauseOf(clause: Clause): Json {
  switch (clause.kind) {
    case 'and':
    case 'or':
      return { clauses: clause.clauses.map(clauseOf), operator: clause.kind }
    case 'not':
      return { clauses: [clauseOf(clause.clause)], operator: 'not' }
    case 'test': {
      const { field, operator, operand } = clause
      const predicates = clause.predicates.map((one) => ({ operator: one.name, operand: operandOf(one.operand) }))
      if (operator === 'changed') return { field: fieldOf(field), operator, predicates }
      const told = operator.startsWith('was') ? { predicates } : {}
      return { field: fieldOf(field), operator, operand: operandOf(operand), ...told }
    }
    default:
      return clause satisfies never
  }
}

function operandOf(operand: Operand): Fields {
  switch (operand.kind) {
    case 'empty':
      return { keyword: 'empty' }
    case 'value':
      return { value: operand.text, encodedValue: encoded(operand.text) }
    case 'function': {
      const { name, args } = operand
      return { function: name, arguments: args, encodedOperand: `${name}(${args.map(encoded).join(', ')})` }
    }
    case 'list': {
      const values = operand.items.map(operandOf)
      const texts = values.map(({ encodedValue, encodedOperand }) => textOf(encodedValue ?? encodedOperand ?? 'EMPTY'))
      return { values, encodedOperand: `(${texts.join(', ')})` }
    }
    default:
      return operand satisfies never
  }
}
