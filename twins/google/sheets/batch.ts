import type { Json } from '../../trace.ts'
import { isObj, type Obj } from '../fields.ts'
import { unknownName } from '../shape.ts'
import { badRequest } from '../wire.ts'
import type { Act, Scene } from './request.ts'
import * as cells from './requests-cells.ts'
import * as paste from './requests-paste.ts'
import * as rules from './requests-rules.ts'
import * as sheets from './requests-sheets.ts'
import * as shift from './requests-shift.ts'
import * as structure from './requests-structure.ts'
import * as texts from './requests-texts.ts'
import * as views from './requests-views.ts'
import type { Spreadsheet } from './spreadsheet.ts'

const ACTS: Readonly<Record<string, Act>> = {
  ...cells,
  ...paste,
  ...shift,
  ...sheets,
  ...rules,
  ...structure,
  ...texts,
  ...views,
}

/** Requests that the API has and this twin has not: `Request` of the official client's types (@googleapis/sheets 18.1). */
const UNMODELLED = new Set(
  (
    'addChart addCommentReply addDataSource addSlicer addTable autoFill ' +
    'cancelDataSourceRefresh createDeveloperMetadata deleteComment deleteCommentReply deleteDataSource ' +
    'deleteDeveloperMetadata deleteEmbeddedObject deleteTable ' +
    'insertComment refreshDataSource ' +
    'updateChartSpec updateCommentPost ' +
    'updateDataSource updateDeveloperMetadata updateEmbeddedObjectBorder updateEmbeddedObjectPosition ' +
    'updateSlicerSpec updateTable'
  ).split(' '),
)

/** Names of all requests a batch may hold, those that are refused loudly among them. */
export const REQUESTS: readonly string[] = [...Object.keys(ACTS), ...UNMODELLED]

/** Does all requests in their order, or none of them when one is refused. */
export function batch(
  spreadsheet: Spreadsheet,
  requests: readonly Json[],
  scene: Omit<Scene, 'where'>,
): { readonly spreadsheet: Spreadsheet; readonly replies: readonly Obj[] } {
  let next = spreadsheet
  const replies = requests.map((request, n): Obj => {
    const names = isObj(request) ? Object.keys(request).filter((name) => request[name] !== null) : []
    const [name] = names
    if (!isObj(request) || name === undefined) throw badRequest(`Invalid requests[${n}]: No request set.`)
    if (names.length > 1)
      throw badRequest(
        `Invalid value at 'requests[${n}]' (oneof), oneof field 'kind' is already set. Cannot set '${names[1]}'`,
      )
    if (UNMODELLED.has(name)) throw scene.gap('requests of spreadsheets.batchUpdate that are not listed')
    const act = ACTS[name]
    if (act === undefined) throw unknownName(name, `requests[${n}]`)
    const args = request[name]
    const { spreadsheet: after, reply } = act(next, isObj(args) ? args : {}, {
      ...scene,
      where: `requests[${n}].${name}`,
    })
    next = after
    return reply === undefined ? {} : { [name]: reply }
  })
  return { spreadsheet: next, replies }
}
