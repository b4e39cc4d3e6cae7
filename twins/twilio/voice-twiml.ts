import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'
import type { Verb } from './state.ts'
import { attributesOf, childrenOf, type Malformed, rootOf, tagOf, textOf, type XmlNode } from './twiml.ts'

/** Assumed, see gaps.ts: how long it takes to say a word, and to play a file. */
const WORD_MS = 400
const FILE_MS = 5_000

/** Verbs that need what is not simulated. */
const LOUD = [
  'Connect',
  'Dial',
  'Echo',
  'Enqueue',
  'Leave',
  'Pay',
  'Prompt',
  'Queue',
  'Record',
  'Refer',
  'Siprec',
  'Sms',
  'Start',
  'Stop',
  'Stream',
  'Transcription',
]

/** Verbs for calls: https://www.twilio.com/docs/voice/twiml (2026-11-26). What follows a Redirect, a Hangup or a Reject is not reached. */
export function callVerbsOf(answer: string): readonly Verb[] | Malformed {
  const text = answer.trim()
  if (text === '') return { kind: 'malformed', error: 12100 }
  if (!text.startsWith('<')) return { kind: 'malformed', error: 12300 }
  const root = rootOf(text)
  if (root === undefined) return { kind: 'malformed', error: 12100 }
  const verbs: Verb[] = []
  for (const node of childrenOf(root)) {
    const tag = tagOf(node)
    if (tag === '#text' || tag === '#comment') continue
    if (LOUD.includes(tag)) throw notModelled('twilio', GAPS, 'other things that calls can do')
    const verb = verbOf(node)
    if (verb === undefined) return { kind: 'malformed', error: 12200 }
    verbs.push(verb)
    if (['redirect', 'hangup', 'reject'].includes(verb.kind)) break
  }
  return verbs
}

const numberOf = (value: string | undefined, otherwise: number): number => {
  const number = Number(value ?? otherwise)
  return Number.isFinite(number) && number >= 0 ? number : otherwise
}

function verbOf(node: XmlNode): Verb | undefined {
  const [tag, attributes] = [tagOf(node), attributesOf(node)]
  const method = attributes.method?.toUpperCase() === 'GET' ? 'GET' : 'POST'
  switch (tag) {
    case 'Say':
    case 'Play':
    case 'Pause':
      return { kind: 'speak', ms: lengthOf(node), text: tag === 'Say' ? textOf(node).trim() : '' }
    case 'Gather': {
      if ((attributes.input ?? 'dtmf') !== 'dtmf') throw notModelled('twilio', GAPS, 'other things that calls can do')
      const digits = attributes.numDigits
      return {
        kind: 'gather',
        ms: childrenOf(node).reduce((sum, child) => sum + lengthOf(child), 0),
        action: attributes.action ?? null,
        method,
        digits: digits === undefined ? null : numberOf(digits, 1),
        finish: attributes.finishOnKey ?? '#',
        timeout_ms: numberOf(attributes.timeout, 5) * 1000,
        always: attributes.actionOnEmptyResult === 'true',
      }
    }
    case 'Redirect':
      return { kind: 'redirect', url: textOf(node).trim(), method }
    case 'Hangup':
      return { kind: 'hangup' }
    case 'Reject':
      return { kind: 'reject', busy: attributes.reason === 'busy' }
    default:
      return undefined
  }
}

function lengthOf(node: XmlNode): number {
  const attributes = attributesOf(node)
  const times = Math.max(1, numberOf(attributes.loop, 1))
  switch (tagOf(node)) {
    case 'Say':
      return times * WORD_MS * textOf(node).trim().split(/\s+/).filter(Boolean).length
    case 'Play':
      return times * FILE_MS
    case 'Pause':
      return numberOf(attributes.length, 1) * 1000
    default:
      return 0
  }
}
