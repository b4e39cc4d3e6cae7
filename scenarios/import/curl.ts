import { absent, type Body, bodyOfText, type Call, NO_BODY, type Reader, type Repairs } from './evidence.ts'

/** Reads curl commands as people paste them into tickets. There are no times: order is all there is. */
export const readCurl: Reader = async function* (source, repairs) {
  const text = Buffer.from(await source.bytes(16 * 1_048_576))
    .toString()
    .replace(/^\uFEFF/, '')
  let found = 0
  for (const { words, line } of commandsOf(text, repairs)) {
    if (words[0] !== 'curl') continue
    found += 1
    const call = callOf(words.slice(1), { file: source.file, at: `line ${line}` }, repairs)
    if (call !== undefined) yield call
  }
  if (found === 0) repairs.add('there are no curl commands', 'the file')
}

type Command = { readonly words: readonly string[]; readonly line: number }

/** Splits as a POSIX shell does: quotes, `$'…'`, escapes, continued lines; nothing is expanded. */
function* commandsOf(text: string, repairs: Repairs): Generator<Command> {
  let words: string[] = []
  let word: string | undefined
  let line = 1
  let startedAt = 1
  const push = (): void => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const done = (): Command | undefined => {
    push()
    const command = { words: words[0] === '$' || words[0] === '%' ? words.slice(1) : words, line: startedAt }
    words = []
    return command.words.length === 0 ? undefined : command
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '\n') line += 1
    if (words.length === 0 && word === undefined) startedAt = line
    if (char === "'" || (char === '$' && text[at + 1] === "'") || char === '"') {
      const ansi = char === '$'
      const read = quoted(text, ansi ? at + 2 : at + 1, char === '"' ? '"' : "'", ansi)
      if (read === undefined) {
        repairs.add('a quote is never closed; the rest is left out', `line ${line}`)
        return
      }
      word = (word ?? '') + read.value
      line += text.slice(at, read.end).split('\n').length - 1
      at = read.end
    } else if (char === '\\') {
      const next = text[at + 1] ?? ''
      const ended = next === '\r' && text[at + 2] === '\n'
      if (next === '\n' || ended) {
        line += 1
        at += ended ? 2 : 1
        push()
      } else {
        word = (word ?? '') + next
        at += 1
      }
    } else if (char === '\n' || char === ';' || char === '|' || (char === '&' && text[at + 1] === '&')) {
      const command = done()
      if (command !== undefined) yield command
      if (char === '&') at += 1
    } else if (/\s/.test(char)) push()
    else if (char === '#' && word === undefined) {
      while (at + 1 < text.length && text[at + 1] !== '\n') at += 1
    } else word = (word ?? '') + char
  }
  const last = done()
  if (last !== undefined) yield last
}

const ANSI: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  0: '\0',
}

function quoted(
  text: string,
  from: number,
  quote: string,
  ansi: boolean,
): { readonly value: string; readonly end: number } | undefined {
  let value = ''
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === quote) return { value, end: at }
    if (char === '\\' && (ansi || quote === '"')) {
      const next = text[at + 1] ?? ''
      const code = ansi ? /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2}))/.exec(text.slice(at + 1, at + 6)) : null
      if (code !== null) {
        value += String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '0', 16))
        at += code[0].length
      } else {
        if (ansi) value += ANSI[next] ?? next
        else if (next !== '\n') value += /["\\$`]/.test(next) ? next : `\\${next}`
        at += 1
      }
    } else value += char
  }
  return undefined
}

/** Options that take a word, by what they mean here; others that take one are passed over. */
const TAKES: Readonly<
  Record<
    string,
    | 'method'
    | 'header'
    | 'data'
    | 'raw'
    | 'encode'
    | 'json'
    | 'form'
    | 'user'
    | 'cookie'
    | 'url'
    | 'agent'
    | 'referer'
    | 'skip'
  >
> = {
  '-X': 'method',
  '--request': 'method',
  '-H': 'header',
  '--header': 'header',
  '-d': 'data',
  '--data': 'data',
  '--data-ascii': 'data',
  '--data-binary': 'data',
  '--data-raw': 'raw',
  '--data-urlencode': 'encode',
  '--json': 'json',
  '-F': 'form',
  '--form': 'form',
  '--form-string': 'form',
  '-u': 'user',
  '--user': 'user',
  '-b': 'cookie',
  '--cookie': 'cookie',
  '--url': 'url',
  '-A': 'agent',
  '--user-agent': 'agent',
  '-e': 'referer',
  '--referer': 'referer',
  '-o': 'skip',
  '--output': 'skip',
  '-x': 'skip',
  '--proxy': 'skip',
  '-m': 'skip',
  '--max-time': 'skip',
  '-c': 'skip',
  '--cookie-jar': 'skip',
  '--connect-timeout': 'skip',
  '-w': 'skip',
  '--write-out': 'skip',
  '--cacert': 'skip',
  '--cert': 'skip',
  '-E': 'skip',
  '--key': 'skip',
  '--resolve': 'skip',
  '--retry': 'skip',
  '-r': 'skip',
  '--range': 'skip',
  '-T': 'skip',
  '--upload-file': 'skip',
  '-K': 'skip',
  '--config': 'skip',
  '--max-redirs': 'skip',
  '--limit-rate': 'skip',
  '--ciphers': 'skip',
}
const BOUNDARY = 'backlot-form-boundary'

function callOf(words: readonly string[], from: Call['from'], repairs: Repairs): Call | undefined {
  let method: string | undefined
  let url: string | undefined
  let get = false
  let head = false
  const headers: [string, string][] = []
  const data: string[] = []
  const form: string[] = []
  let missing: string | undefined
  const take = (what: (typeof TAKES)[string], value: string): void => {
    const header = (name: string, text: string): void => void headers.push([name, text])
    if ((what === 'data' || what === 'encode' || what === 'json') && /^[^=]*@/.test(value) && what !== 'json') {
      missing = 'the body is in a file that the command names'
      return
    }
    if (what === 'method') method = value.toUpperCase()
    else if (what === 'url') url ??= value
    else if (what === 'header' && value.includes(':'))
      header(value.slice(0, value.indexOf(':')).trim(), value.slice(value.indexOf(':') + 1).trim())
    else if (what === 'data' || what === 'raw') data.push(what === 'data' ? value.replace(/[\r\n]/g, '') : value)
    else if (what === 'encode') data.push(encoded(value))
    else if (what === 'form') form.push(value)
    else if (what === 'user') header('Authorization', `Basic ${Buffer.from(value).toString('base64')}`)
    else if (what === 'cookie' && value.includes('=')) header('Cookie', value)
    else if (what === 'agent') header('User-Agent', value)
    else if (what === 'json') {
      data.push(value)
      header('Content-Type', 'application/json')
      header('Accept', 'application/json')
    }
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const joined =
      /^(--[a-z-]+)=(.*)$/s.exec(word) ??
      (/^-[XHdFubAe]./.test(word) && !word.startsWith('--') ? [word, word.slice(0, 2), word.slice(2)] : null)
    const what = TAKES[joined?.[1] ?? word]
    if (what !== undefined) take(what, joined?.[2] ?? words[++at] ?? '')
    else if (word === '-G' || word === '--get') get = true
    else if (word === '-I' || word === '--head') head = true
    else if (!word.startsWith('-')) url ??= word
  }
  if (url === undefined || url === '') {
    repairs.add('a command names no address; it is left out', from.at)
    return undefined
  }
  const address = /^(https?:\/\/|\/)/i.test(url) ? url : `http://${url}`
  const text = data.join('&')
  const query = get && text !== '' ? `${address.includes('?') ? '&' : '?'}${text}` : ''
  const named = headers.some(([name]) => name.toLowerCase() === 'content-type')
  if (form.length > 0) headers.push(['Content-Type', `multipart/form-data; boundary=${BOUNDARY}`])
  else if (!get && text !== '' && !named) headers.push(['Content-Type', 'application/x-www-form-urlencoded'])
  const body: Body =
    missing !== undefined ? absent(missing) : form.length > 0 ? multipart(form) : get ? NO_BODY : bodyOfText(text)
  return {
    from,
    direction: 'unknown',
    startMs: undefined,
    durationMs: undefined,
    method:
      method ?? (head ? 'HEAD' : (text !== '' || form.length > 0 || missing !== undefined) && !get ? 'POST' : 'GET'),
    url: address + query,
    requestHeaders: headers,
    requestBody: body,
    status: undefined,
    responseHeaders: undefined,
    responseBody: absent('a command has no answer'),
    error: undefined,
    actor: undefined,
  }
}

function encoded(value: string): string {
  const equals = value.indexOf('=')
  return equals < 0
    ? encodeURIComponent(value)
    : `${equals === 0 ? '' : `${value.slice(0, equals)}=`}${encodeURIComponent(value.slice(equals + 1))}`
}

function multipart(parts: readonly string[]): Body {
  if (parts.some((part) => /=[@<]/.test(part))) return absent('the form sends a file that the command names')
  const lines = parts.map((part) => {
    const [name = '', ...rest] = part.split('=')
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${rest.join('=')}\r\n`
  })
  return bodyOfText(`${lines.join('')}--${BOUNDARY}--\r\n`)
}
