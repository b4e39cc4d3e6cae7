import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { invalid } from '../wire.ts'

/** The vendor's answer to a parameter it has never heard of; undefined when all are known. */
export function unknownParameter(body: Record<string, unknown>, known: readonly string[]): Response | undefined {
  const name = Object.keys(body).find((key) => !known.includes(key))
  return name === undefined ? undefined : invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
}

/** Source: https://developers.openai.com/api/reference (2026-11-24); the wording as recorded on 2025-08-14. */
const BOUNDS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  temperature: [0, 2],
  top_p: [0, 1],
  presence_penalty: [-2, 2],
  frequency_penalty: [-2, 2],
}
export function outOfBounds(body: Record<string, unknown>): Response | undefined {
  for (const [name, [min, max]] of Object.entries(BOUNDS)) {
    const value = body[name]
    if (typeof value !== 'number' || (value >= min && value <= max)) continue
    const [side, sign, bound] = value < min ? ['below minimum', '>=', min] : ['above maximum', '<=', max]
    return invalid(
      `Invalid '${name}': decimal ${side} value. Expected a value ${sign} ${bound}, but got ${value} instead.`,
      name,
      `decimal_${side === 'below minimum' ? 'below_min' : 'above_max'}_value`,
    )
  }
  return undefined
}

const TEXT_PARTS = ['text', 'input_text', 'output_text', 'refusal', 'summary_text', 'reasoning_text']
/** Parts whose tokens only a script can tell. */
const OTHER_PARTS = ['image_url', 'input_image', 'input_audio', 'file', 'input_file', 'computer_screenshot']

/** A text that stands for what cannot be read: seen by `uncounted`. */
export const UNREADABLE = '\u0000'

/** The text of a message's content: a string, or a list of parts. Anything unknown is not modelled. */
export function textOf(content: unknown): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) throw notModelled('openai', GAPS, 'input other than text')
  return content
    .map((part: unknown) => {
      const { type, text, refusal } = part !== null && typeof part === 'object' ? (part as Record<string, unknown>) : {}
      if (typeof type === 'string' && OTHER_PARTS.includes(type)) return UNREADABLE
      if (typeof type !== 'string' || !TEXT_PARTS.includes(type))
        throw notModelled('openai', GAPS, 'input other than text')
      return String(text ?? refusal ?? '')
    })
    .join('')
}
