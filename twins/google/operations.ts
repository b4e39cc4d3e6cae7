import type { TwinApp } from '../twin.ts'
import { router } from './ask.ts'
import { addFiles } from './routes/files.ts'
import { addOAuth } from './routes/oauth.ts'
import { addSpreadsheets } from './routes/spreadsheets.ts'
import { addValues } from './routes/values.ts'
import type { Workspace } from './workspace.ts'

/** Registers all routes, in the same order in every world. */
export function addRoutes(app: TwinApp, ws: Workspace): void {
  const on = router(app, ws)
  addOAuth(app, ws)
  addFiles(on)
  addSpreadsheets(on)
  addValues(on)
}
