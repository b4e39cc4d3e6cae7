import type { TwinApp } from '../twin.ts'
import { router } from './ask.ts'
import { addChanges } from './routes/changes.ts'
import { addComments } from './routes/comments.ts'
import { addDocuments } from './routes/documents.ts'
import { addDrives } from './routes/drives.ts'
import { addFiles } from './routes/files.ts'
import { addOAuth } from './routes/oauth.ts'
import { addPermissions } from './routes/permissions.ts'
import { addRevisions } from './routes/revisions.ts'
import { addSpreadsheets } from './routes/spreadsheets.ts'
import { addValues } from './routes/values.ts'
import type { Workspace } from './workspace.ts'

/** Registers all routes, in the same order in every world. */
export function addRoutes(app: TwinApp, ws: Workspace): void {
  const on = router(app, ws)
  addOAuth(app, ws)
  addFiles(on)
  addPermissions(on)
  addRevisions(on)
  addComments(on)
  addChanges(on)
  addDrives(on)
  addDocuments(on)
  addSpreadsheets(on)
  addValues(on)
}
