import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'
import type { Site } from './site.ts'
import { type Content, type Fields, fieldsOf } from './state.ts'
import { Refusal } from './wire.ts'

/** Types that need an open window: https://www.twilio.com/docs/api/errors/63016 (2026-11-26). */
const IN_WINDOW = ['twilio/list-picker', 'twilio/location']
/** Where a type has its text. */
const TEXTS: Readonly<Record<string, string>> = { 'twilio/card': 'title' }

export type Rendered = { readonly body: string; readonly media: readonly string[]; readonly template: string | null }

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** The type that is sent: each content has one or several, and the first with a text will do. */
function chosen({ types }: Content): readonly [string, Fields] {
  for (const [type, value] of Object.entries(types)) {
    const of = fieldsOf(value)
    if (textOf(of[TEXTS[type] ?? 'body']) !== '' || of.media !== undefined) return [type, of]
  }
  throw notModelled('twilio', GAPS, 'contents without a text')
}

/**
 * What a content is once its variables are in. https://www.twilio.com/docs/api/errors/21655, /21656; the name of the category where it is a
 * template that may begin a conversation on WhatsApp.
 */
export function render(site: Site, sid: string, variables: string): Rendered {
  const content = site.store.contents.get(sid)
  if (content === undefined) throw new Refusal(400, 21655, 'The ContentSid is Invalid')
  const given = variables === '' ? {} : parsed(variables)
  const values: Readonly<Record<string, Json>> = { ...content.variables, ...given }
  const fill = (text: string): string =>
    text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (all, name: string) => textOf(values[name]) || all)
  const [type, of] = chosen(content)
  const media = Array.isArray(of.media) ? of.media.map(textOf).map(fill) : []
  const approved = content.approval?.status === 'approved' && !IN_WINDOW.includes(type)
  return {
    body: fill(textOf(of[TEXTS[type] ?? 'body'])),
    media,
    template: approved ? (content.approval?.category ?? null) : null,
  }
}

function parsed(variables: string): Fields {
  try {
    const json: unknown = JSON.parse(variables)
    const fields = fieldsOf(json)
    if (json === fields && Object.values(fields).every((value) => typeof value === 'string')) return fields
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, 21656, 'The ContentVariables Parameter is invalid')
}
