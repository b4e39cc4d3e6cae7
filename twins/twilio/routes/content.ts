import { notModelled } from '../../twin.ts'
import { type Ask, created, found, gone, type On, onlyKnown } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { metaPage, PAGING } from '../paging.ts'
import { type Content, type Fields, fieldsOf } from '../state.ts'
import { iso, Refusal, sidOf } from '../wire.ts'

const ROOT = '/v1/Content'
const HOME = 'https://content.twilio.com/v1/Content'
const CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION']

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Source: lib/rest/content/v1/content.js of twilio 6.2 and https://www.twilio.com/docs/content/content-api-resources (2026-11-26). */
export function addContent(on: On): void {
  const asked = (ask: Ask): Content => found(ask, ask.site.store.contents.get(ask.part('content')))
  on('contents.create', `POST ${ROOT}`, (ask) => {
    const { friendly_name, language, variables, types } = ask.json
    if (textOf(language) === '' || Object.keys(fieldsOf(types)).length === 0)
      throw new Refusal(400, 20001, 'Invalid parameter: language and types are required')
    const nowMs = ask.site.now()
    const content: Content = {
      id: sidOf(ask.site.world, 'HX'),
      friendly_name: textOf(friendly_name),
      language: textOf(language),
      variables: Object.fromEntries(Object.entries(fieldsOf(variables)).map(([name, value]) => [name, textOf(value)])),
      types: fieldsOf(types),
      approval: null,
      created_ms: nowMs,
      updated_ms: nowMs,
    }
    return created(bodyOf(ask, ask.site.store.contents.put(content)))
  })
  on('contents.list', `GET ${ROOT}`, (ask) => {
    onlyKnown(ask, PAGING)
    return metaPage(ask, 'contents', ask.site.store.contents.all().toReversed(), (row) => bodyOf(ask, row))
  })
  on('contents.fetch', `GET ${ROOT}/:content`, (ask) => Response.json(bodyOf(ask, asked(ask))))
  on('contents.delete', `DELETE ${ROOT}/:content`, (ask) => {
    ask.site.store.contents.remove(asked(ask).id)
    return gone()
  })
  on('contents.update', `PUT ${ROOT}/:content`, () => {
    throw notModelled('twilio', GAPS, 'changes to contents')
  })
  on('contents.approvals.fetch', `GET ${ROOT}/:content/ApprovalRequests`, (ask) => {
    const content = asked(ask)
    return Response.json({
      sid: content.id,
      account_sid: ask.account.id,
      whatsapp: content.approval === null ? {} : approvalOf(content),
      url: `${HOME}/${content.id}/ApprovalRequests`,
    })
  })
  on('contents.approvals.create', `POST ${ROOT}/:content/ApprovalRequests/whatsapp`, (ask) => {
    const content = asked(ask)
    const [name, category] = [textOf(ask.json.name), textOf(ask.json.category)]
    if (!/^[a-z0-9_]+$/.test(name) || !CATEGORIES.includes(category))
      throw new Refusal(400, 20001, 'Invalid parameter: name and category are required')
    const approval = { name, category, status: 'received' as const, rejection_reason: '' }
    const next = ask.site.store.contents.put({ ...content, approval, updated_ms: ask.site.now() })
    ask.site.note('content.submitted', { sid: content.id, name, category })
    const { type: _, ...shown } = approvalOf(next)
    return created({ ...shown, send_ttl_seconds: null })
  })
}

function approvalOf({ types, approval }: Content): Fields {
  return {
    category: approval?.category ?? '',
    status: approval?.status ?? 'unsubmitted',
    name: approval?.name ?? '',
    type: 'whatsapp',
    content_type: Object.keys(types)[0] ?? '',
    rejection_reason: approval?.rejection_reason ?? '',
    allow_category_change: true,
  }
}

const bodyOf = (
  ask: Ask,
  { id, friendly_name, language, variables, types, created_ms, updated_ms }: Content,
): Fields => ({
  date_created: iso(created_ms),
  date_updated: iso(updated_ms),
  sid: id,
  account_sid: ask.account.id,
  friendly_name,
  language,
  variables,
  types,
  url: `${HOME}/${id}`,
  links: {
    approval_create: `${HOME}/${id}/ApprovalRequests/whatsapp`,
    approval_fetch: `${HOME}/${id}/ApprovalRequests`,
  },
})
