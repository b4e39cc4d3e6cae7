import { createTwinApp, type TwinDefinition } from '../twin.ts'
import { emptyLater } from './drive/files.ts'
import { notifyChannels, send } from './drive/push.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { addRoutes } from './operations.ts'
import { isAtHome, routePath } from './paths.ts'
import { plant } from './plant.ts'
import { PRICES } from './prices.ts'
import { type Seed, seedSchema } from './seed.ts'
import { emptyTables, fromSnapshot, toSnapshot } from './state.ts'
import { failure } from './wire.ts'
import { gap, index, type Workspace } from './workspace.ts'

export type { Seed } from './seed.ts'

/** Google Workspace as programs see it: tokens, Drive, Docs and Sheets. */
export const google: TwinDefinition<Seed> = {
  name: 'google',
  origins: [
    'https://www.googleapis.com',
    'https://sheets.googleapis.com',
    'https://docs.googleapis.com',
    'https://oauth2.googleapis.com',
  ],
  apiVersions: [], // The paths say drive/v3, v4 and v1; there is nothing else to pin.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [
    'oauth.token',
    'oauth.tokeninfo',
    'oauth.revoke',
    'files.list',
    'files.create',
    'files.generate_ids',
    'files.empty_trash',
    'files.get',
    'files.update',
    'files.delete',
    'files.copy',
    'files.export',
    'files.upload',
    'files.update_v2',
    'permissions.list',
    'permissions.create',
    'permissions.get',
    'permissions.update',
    'permissions.delete',
    'revisions.list',
    'revisions.get',
    'revisions.update',
    'revisions.delete',
    'comments.list',
    'comments.create',
    'comments.get',
    'comments.update',
    'comments.delete',
    'replies.list',
    'replies.create',
    'replies.get',
    'replies.update',
    'replies.delete',
    'changes.get_start_page_token',
    'changes.list',
    'changes.watch',
    'files.watch',
    'channels.stop',
    'about.get',
    'drives.list',
    'drives.create',
    'drives.get',
    'drives.update',
    'drives.delete',
    'drives.hide',
    'drives.unhide',
    'documents.create',
    'documents.get',
    'documents.batch_update',
    'spreadsheets.create',
    'spreadsheets.get',
    'spreadsheets.batch_update',
    'spreadsheets.get_by_data_filter',
    'sheets.copy_to',
    'values.get',
    'values.batch_get',
    'values.update',
    'values.append',
    'values.clear',
    'values.batch_clear',
    'values.batch_update',
    'values.batch_get_by_data_filter',
    'values.batch_update_by_data_filter',
    'values.batch_clear_by_data_filter',
  ],
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    'file.created',
    'file.updated',
    'file.trashed',
    'file.untrashed',
    'file.deleted',
    'token.issued',
    'token.revoked',
    'permission.created',
    'permission.updated',
    'permission.deleted',
    'row.appended',
    'notification.sent',
  ],
  latencyMs: { min: 80, max: 600 },
  fidelity: FIDELITY,
  create(world, seed) {
    const ws: Workspace = {
      world,
      seed,
      tables: emptyTables(),
      children: new Map(),
      epoch: 0,
      onChange: () => undefined,
    }
    plant(ws, seed)
    ws.onChange = (file, what, details) => notifyChannels(ws, file, what, details)
    const app = createTwinApp('google')
    addRoutes(app, ws)
    const routed = (method: string, url: URL): URL => {
      const path = routePath(method, url.pathname)
      return path === url.pathname ? url : new URL(path + url.search, url)
    }
    return {
      operationOf: (method, url) => app.operationOf(method, routed(method, url)),
      async fetch(request) {
        const url = new URL(request.url)
        if (/^\/batch(\/|$)/.test(url.pathname)) throw gap('batches of HTTP requests')
        const there = routed(request.method, url)
        const known = app.operationOf(request.method, there) !== undefined
        if (known ? !isAtHome(url.pathname, url.hostname) : /^\/(upload\/)?drive\/v[12]\//.test(url.pathname))
          throw gap('other hosts and versions')
        return app.fetch(there === url ? request : new Request(there, request))
      },
      failure: (status, retryAfterMs, request) => failure(world.clock.now(), status, retryAfterMs, request),
      happen: (event, fields) => happen(ws, event, fields),
      snapshot: () => toSnapshot(ws.tables),
      restore(json) {
        fromSnapshot(ws.tables, json)
        ws.epoch += 1
        index(ws)
        for (const notification of ws.tables.notifications.values())
          if (notification.status === 'open') send(ws, notification)
        for (const file of ws.tables.files.values()) emptyLater(ws, file)
      },
    }
  },
}
