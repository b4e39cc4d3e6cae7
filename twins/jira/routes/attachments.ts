import { createHash } from 'node:crypto'
import { notModelled, type TwinApp } from '../../twin.ts'
import { type Ask, askedIssue, issueFor, type On, Refusal } from '../ask.ts'
import { tellAttachment } from '../events.ts'
import { GAPS } from '../gaps.ts'
import { change } from '../issues.ts'
import { mayOnIssue } from '../permissions.ts'
import { uuid } from '../seed.ts'
import { issueOf, type Site } from '../site.ts'
import type { Attachment, Change } from '../state.ts'
import { attachmentBody } from '../wire.ts'

/** Where the bytes of attachments are fetched from; a link lives as long as the attachment. */
export const MEDIA = 'api.media.atlassian.com'
/** https://support.atlassian.com/jira-cloud-administration/docs/configure-file-attachments (2026-11-26): 1 GB at most. */
const BYTES_MAX = 1_000_000_000

/** Files of issues. Source: Atlassian's OpenAPI document of version 3, "Issue attachments" (2026-11-26). */
export function addAttachments(on: On): void {
  on('attachments.add', 'POST /rest/api/:version/issue/:issue/attachments', add)
  on('attachments.settings', 'GET /rest/api/:version/attachment/meta', () =>
    Response.json({ enabled: true, uploadLimit: BYTES_MAX }),
  )
  on('attachments.content', 'GET /rest/api/:version/attachment/content/:attachment', (ask) => {
    const { site, query, header } = ask
    const attachment = asked(ask)
    if (query('redirect') === 'false') return bytesOf(attachment, header('range'))
    const location = `https://${MEDIA}/file/${attachment.media}/binary?token=${tokenOf(site, attachment)}&name=${encodeURIComponent(attachment.filename)}`
    return new Response(null, { status: 303, headers: { Location: location } })
  })
  on('attachments.thumbnail', 'GET /rest/api/:version/attachment/thumbnail/:attachment', () => {
    throw notModelled('jira', GAPS, 'thumbnails, and what is inside archives')
  })
  on('attachments.get', 'GET /rest/api/:version/attachment/:attachment', (ask) => {
    const attachment = asked(ask)
    const body = attachmentBody(ask.site, ask.view, attachment)
    return Response.json({ ...body, id: Number(attachment.id) })
  })
  on('attachments.delete', 'DELETE /rest/api/:version/attachment/:attachment', (ask) => {
    const { site, me } = ask
    const attachment = asked(ask)
    mayDelete(ask, attachment)
    site.store.attachments.remove(attachment.id)
    note(site, 'deleted', me.id, attachment)
    const issue = issueOf(site, attachment.issue)
    if (issue !== undefined) change(site, me.id, issue, {}, 'issue_updated', [itemOf(attachment, 'from')])
    tellAttachment(site, 'deleted', attachment)
    return new Response(null, { status: 204 })
  })
}

function asked(ask: Ask): Attachment {
  const { site, part } = ask
  const attachment = site.store.attachments.get(part('attachment'))
  if (attachment === undefined || issueFor(ask, attachment.issue) === undefined)
    throw new Refusal(404, [`The attachment with id '${part('attachment')}' does not exist`])
  return attachment
}

function mayDelete({ site, me }: Ask, { id, issue: of, author }: Attachment): void {
  const issue = issueOf(site, of)
  const may = (permission: string): boolean => issue !== undefined && mayOnIssue(site, me, permission, issue)
  if (!may('DELETE_ALL_ATTACHMENTS') && !(author === me.id && may('DELETE_OWN_ATTACHMENTS')))
    throw new Refusal(403, [`You do not have permission to delete attachment with id: ${id}`])
}

function add(ask: Ask): Response {
  const { site, me, view, files, header } = ask
  if (header('x-atlassian-token') !== 'no-check')
    return new Response('XSRF check failed', { status: 403, headers: { 'Content-Type': 'text/html;charset=UTF-8' } })
  const issue = askedIssue(ask)
  if (!mayOnIssue(site, me, 'CREATE_ATTACHMENTS', issue))
    throw new Refusal(403, ['You do not have permission to create attachments for this issue.'])
  if (files.length === 0) throw new Refusal(400, ['No file was sent.'])
  if (files.some(({ bytes }) => bytes.length > BYTES_MAX))
    throw new Refusal(413, [`The field file exceeds its maximum permitted size of ${BYTES_MAX} bytes.`])
  const rows = files.map(({ name, type, bytes }) =>
    site.store.attachments.put({
      id: site.next('attachment'),
      media: uuid(site),
      issue: issue.id,
      author: me.id,
      filename: name,
      mime_type: type.split(';')[0] ?? type,
      size: bytes.length,
      content: bytes.toString('base64'),
      created_ms: site.now(),
    }),
  )
  for (const row of rows) note(site, 'created', me.id, row)
  change(
    site,
    me.id,
    issue,
    {},
    'issue_updated',
    rows.map((row) => itemOf(row, 'to')),
  )
  for (const row of rows) tellAttachment(site, 'created', row)
  return Response.json(rows.map((row) => attachmentBody(site, view, row)))
}

const itemOf = ({ id, filename }: Attachment, end: 'from' | 'to'): Change => ({
  field: 'Attachment',
  fieldtype: 'jira',
  fieldId: 'attachment',
  from: end === 'from' ? id : null,
  fromString: end === 'from' ? filename : null,
  to: end === 'to' ? id : null,
  toString: end === 'to' ? filename : null,
})

function note(site: Site, what: 'created' | 'deleted', by: string, { id, issue, filename, size }: Attachment): void {
  const key = issueOf(site, issue)?.key ?? issue
  site.note(`attachment.${what}`, { id, issue: key, filename, size, by })
}

const tokenOf = ({ cloud_id }: Site, { id, media }: Attachment): string =>
  createHash('sha256').update(`${cloud_id} ${id} ${media}`).digest('base64url')

/** The whole, or the range that is asked for. */
function bytesOf({ content, mime_type, filename }: Attachment, range: string | undefined): Response {
  const bytes = Buffer.from(content, 'base64')
  const headers = {
    'Content-Type': mime_type,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
    'Accept-Ranges': 'bytes',
  }
  if (range === undefined) return new Response(new Uint8Array(bytes), { headers })
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  if (first === '' && last === '') throw new Refusal(400, [`The range '${range}' is malformed.`])
  const from = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes.length - 1 : Math.min(Number(last), bytes.length - 1)
  if (from >= bytes.length || from > to) throw new Refusal(416, ['The range cannot be satisfied.'])
  return new Response(new Uint8Array(bytes.subarray(from, to + 1)), {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${from}-${to}/${bytes.length}` },
  })
}

/** What a redirect leads to: the token in the address is all that is asked for. */
export function addMedia(app: TwinApp, site: Site): void {
  app.on('attachments.download', 'GET /file/:media/binary', (c) => {
    const found = site.store.attachments.find(`media ${c.req.param('media') ?? ''}`)[0]
    if (found === undefined || c.req.query('token') !== tokenOf(site, found))
      return Response.json({ error: { code: 'Forbidden', title: 'Forbidden' } }, { status: 403 })
    try {
      return bytesOf(found, c.req.header('range'))
    } catch (error) {
      if (error instanceof Refusal) return new Response(null, { status: error.status })
      throw error
    }
  })
}
