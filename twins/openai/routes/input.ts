import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { invalid } from '../wire.ts'

/** The vendor's answer to a parameter it has never heard of; undefined when all are known. */
export function unknownParameter(body: Record<string, unknown>, known: readonly string[]): Response | undefined {
  const name = Object.keys(body).find((key) => !known.includes(key))
  return name === undefined ? undefined : invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
}

const TEXT_PARTS = ['text', 'input_text', 'output_text', 'refusal']

/** The text of a message's content: a string, or a list of text parts. Anything else is not modelled. */
export function textOf(content: unknown): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) throw notModelled('openai', GAPS, 'input other than text')
  return content
    .map((part: unknown) => {
      const { type, text, refusal } = part !== null && typeof part === 'object' ? (part as Record<string, unknown>) : {}
      if (typeof type !== 'string' || !TEXT_PARTS.includes(type))
        throw notModelled('openai', GAPS, 'input other than text')
      return String(text ?? refusal ?? '')
    })
    .join('')
}
