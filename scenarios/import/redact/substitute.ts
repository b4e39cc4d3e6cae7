import { createHmac } from 'node:crypto'

/** Letters and digits that hang on a key and on what they stand for, and on nothing else. */
export interface Stream {
  /** A number from 0 up to, not including, `below`. */
  next(below: number): number
}

export function streamOf(key: string, kind: string, value: string): Stream {
  let block = Buffer.alloc(0)
  let at = 0
  let count = 0
  return {
    next(below) {
      if (at + 4 > block.length) {
        block = createHmac('sha256', key).update(`${kind}\0${value}\0${count++}`).digest()
        at = 0
      }
      const drawn = block.readUInt32BE(at)
      at += 4
      return drawn % below
    },
  }
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const HEX = '0123456789abcdef'

const draw = (stream: Stream, alphabet: string): string => alphabet[stream.next(alphabet.length)] ?? ''

/** The same shape in other characters: letters for letters in their case, digits for digits, hex for hex; all else stays. */
export function sameShape(text: string, stream: Stream): string {
  const hex = text.length >= 8 && /^[0-9a-f]+$/i.test(text) && /\d/.test(text) && /[a-f]/i.test(text)
  let out = ''
  for (const char of text) {
    if (hex) out += /[A-F]/.test(text) ? draw(stream, HEX).toUpperCase() : draw(stream, HEX)
    else if (/[a-z]/.test(char)) out += draw(stream, LOWER)
    else if (/[A-Z]/.test(char)) out += draw(stream, UPPER)
    else if (/\d/.test(char)) out += draw(stream, DIGITS)
    else if (/\p{L}/u.test(char)) out += draw(stream, LOWER)
    else out += char
  }
  return out
}

/** A card of a test range, as long as the other, with a right check digit. */
export function card(text: string, stream: Stream): string {
  const digits = text.replaceAll(/\D/g, '')
  const body = `424242${Array.from({ length: digits.length - 7 }, () => draw(stream, DIGITS)).join('')}`
  return reformat(text, body + luhnDigit(body))
}

/** Puts digits where the digits of `text` are, and leaves its spaces and dashes. */
export function reformat(text: string, digits: string): string {
  let at = 0
  return text.replaceAll(/\d/g, () => digits[at++] ?? '0')
}

function luhnDigit(body: string): string {
  for (const digit of DIGITS) if (isLuhn(body + digit)) return digit
  return '0'
}

export function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const value = Number(digits[digits.length - 1 - at])
    sum += at % 2 === 0 ? value : value * 2 > 9 ? value * 2 - 9 : value * 2
  }
  return sum % 10 === 0
}

/** An IBAN of the same country and length, with right check digits. */
export function iban(text: string, stream: Stream): string {
  const compact = text.replaceAll(' ', '').toUpperCase()
  const country = compact.slice(0, 2)
  const body = sameShape(compact.slice(4), stream)
  const check = String(98 - mod97(`${body}${country}00`)).padStart(2, '0')
  const made = `${country}${check}${body}`
  let at = 0
  return text.replaceAll(/[A-Za-z0-9]/g, () => made[at++] ?? '0')
}

export const isIban = (text: string): boolean => mod97(`${text.slice(4)}${text.slice(0, 4)}`) === 1

function mod97(text: string): number {
  let rest = 0
  for (const char of text.toUpperCase()) {
    const value = /\d/.test(char) ? char : String(char.charCodeAt(0) - 55)
    for (const digit of value) rest = (rest * 10 + Number(digit)) % 97
  }
  return rest
}

/** A UUID of the same version and variant. */
export function uuid(text: string, stream: Stream): string {
  const drawn = text.replaceAll(/[0-9a-f]/gi, () => draw(stream, HEX))
  const made = `${drawn.slice(0, 14)}${text[14] ?? '4'}${drawn.slice(15, 19)}${text[19] ?? '8'}${drawn.slice(20)}`
  return text === text.toUpperCase() ? made.toUpperCase() : made
}

/** An address of the ranges that are kept for examples. */
export function ip(text: string, stream: Stream): string {
  if (!text.includes(':')) return `192.0.2.${stream.next(254) + 1}`
  return `2001:db8::${stream.next(65_536).toString(16)}:${stream.next(65_536).toString(16)}`
}

/** A number that nobody has. */
export function phone(text: string, stream: Stream): string {
  const digits = text.replaceAll(/\D/g, '')
  const plus = text.trim().startsWith('+')
  const made = `${plus ? '1' : ''}55501${Array.from({ length: digits.length }, () => draw(stream, DIGITS)).join('')}`
  return reformat(text, made.slice(0, digits.length))
}

export const hexOf = (stream: Stream, length: number): string =>
  Array.from({ length }, () => draw(stream, HEX)).join('')
