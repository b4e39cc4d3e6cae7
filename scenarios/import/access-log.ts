import { absent, bodyOfText, type Call, NO_BODY, type Reader } from './evidence.ts'
import { asNumber, asObject, asText, type Loose, parseLoose } from './pick.ts'

/** Reads access logs of servers and proxies: common, combined, and JSON lines of whatever naming. */
export const readAccessLog: Reader = async function* (source, repairs) {
  let number = 0
  const timeOfLine = createLogTime()
  for await (const lines of source.lines()) {
    for (const line of lines) {
      number += 1
      if (line === '') continue
      const json = line.charCodeAt(0) === 123
      const read = json ? ofJson(line, timeOfLine) : ofText(line, timeOfLine)
      if (typeof read === 'string') {
        repairs.add(read, `line ${number}`)
        continue
      }
      yield callOf(read, { file: source.file, at: `line ${number}` })
    }
  }
  if (number === 0) repairs.add('there are no lines', 'the file')
}

type Line = {
  readonly method: string
  readonly target: string
  readonly status: number | undefined
  readonly startMs: number | undefined
  readonly durationMs?: number | undefined
  readonly address?: string | undefined
  readonly agent?: string | undefined
  readonly host?: string | undefined
  readonly body?: unknown
}

function callOf(line: Line, from: Call['from']): Call {
  const { method, target, status } = line
  const path = target.startsWith('/') || /^https?:/i.test(target) ? target : `/${target}`
  const body =
    line.body !== undefined
      ? bodyOfText(typeof line.body === 'string' ? line.body : JSON.stringify(line.body))
      : method === 'GET' || method === 'HEAD'
        ? NO_BODY
        : absent('an access log has no bodies')
  return {
    from,
    direction: 'inbound',
    startMs: line.startMs,
    durationMs: line.durationMs,
    method,
    url: path,
    requestHeaders: undefined,
    requestBody: body,
    // Some proxies write 0 or 499 for a client that went away.
    status: status !== undefined && status >= 100 && status !== 499 ? status : undefined,
    responseHeaders: undefined,
    responseBody: absent('an access log has no bodies'),
    error: status === undefined || (status >= 100 && status !== 499) ? undefined : 'the client went away',
    actor: line.address === undefined ? undefined : `${line.address} ${line.agent ?? ''}`.trim(),
  }
}

const LINE =
  /^(\S+) \S+ (?:\S+|.{1,120}?) \[([^\]]+)\] "([^"\\]*(?:\\.[^"\\]*)*)" (\d{3}|-|0)(?: (?:\d+|-))?(?: "[^"]*" "([^"]*)")?/
const REQUEST = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]+)?$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function ofText(line: string, logTime: LogTime): Line | string {
  const parsed = LINE.exec(line)
  if (parsed === null) return 'a line is of no known format; it is left out'
  const [, address, time = '', request = '', status = '-', agent] = parsed
  const asked = REQUEST.exec(request)
  // Scanners and TLS on a plain port: nothing that the program was asked.
  if (asked === null) return 'a line holds no HTTP request; it is left out'
  const [, method = 'GET', target = '/'] = asked
  return { method, target, status: status === '-' ? undefined : Number(status), startMs: logTime(time), address, agent }
}

type LogTime = (text: string) => number | undefined

/** `10/Oct/2000:13:55:36 -0700`; lines of one second share theirs, so the last one is remembered. */
function createLogTime(): LogTime {
  let lastText = ''
  let lastMs: number | undefined
  return (text) => {
    if (text !== lastText) {
      lastText = text
      lastMs = parseLogTime(text)
    }
    return lastMs
  }
}

const LOG_TIME = /^(\d\d?)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: ([+-])(\d\d):?(\d\d))?$/

function parseLogTime(text: string): number | undefined {
  const parsed = LOG_TIME.exec(text)
  if (parsed === null) {
    const ms = Date.parse(text)
    return Number.isNaN(ms) ? undefined : ms
  }
  const [, day, month = '', year, hour, minute, second, fraction = '0', sign, zoneHour = '0', zoneMinute = '0'] = parsed
  const at = MONTHS.indexOf(month)
  if (at < 0) return undefined
  const utc = Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second))
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1)
  return utc + Number(`0.${fraction}`) * 1000 - offset
}

/** Names by which loggers know the same things; nested ones by dot path. */
const NAMES = {
  method: [
    'method',
    'request_method',
    'http_method',
    'verb',
    'req.method',
    'request.method',
    'httpRequest.requestMethod',
    'http.request.method',
    'http.method',
  ],
  target: [
    'path',
    'uri',
    'url',
    'request_uri',
    'req.url',
    'request.uri',
    'request.url',
    'target',
    'httpRequest.requestUrl',
    'url.path',
    'http.target',
    'originalUrl',
    'RequestPath',
  ],
  status: [
    'status',
    'status_code',
    'statusCode',
    'response_status',
    'res.statusCode',
    'response.status',
    'httpRequest.status',
    'http.response.status_code',
    'code',
    'DownstreamStatus',
  ],
  time: [
    'time',
    'timestamp',
    '@timestamp',
    'ts',
    'time_iso8601',
    'time_local',
    'date',
    'datetime',
    'start_time',
    'StartUTC',
  ],
  seconds: ['request_time', 'duration_s', 'httpRequest.latency'],
  milliseconds: [
    'duration_ms',
    'durationMs',
    'response_time',
    'responseTime',
    'elapsed_ms',
    'latency_ms',
    'duration',
    'took',
  ],
  address: [
    'remote_addr',
    'remote_ip',
    'client_ip',
    'clientip',
    'ip',
    'remoteAddress',
    'req.remoteAddress',
    'request.remote_ip',
    'httpRequest.remoteIp',
    'ClientHost',
  ],
  agent: ['user_agent', 'http_user_agent', 'userAgent', 'agent', 'httpRequest.userAgent'],
  body: ['request_body', 'req.body', 'request.body', 'body'],
} as const

function at(row: Loose, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name]
  let value: unknown = row
  for (const part of name.split('.')) value = asObject(value)[part]
  return value
}

const first = (row: Loose, names: readonly string[]): unknown => {
  for (const name of names) {
    const value = at(row, name)
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

function ofJson(line: string, logTime: LogTime): Line | string {
  const parsed = parseLoose(line)
  if (parsed === undefined) return 'a line is broken JSON; it is left out'
  const row = asObject(parsed)
  const whole = REQUEST.exec(asText(row.request) ?? '')
  const method = (asText(first(row, NAMES.method)) ?? whole?.[1] ?? '').toUpperCase()
  const target = asText(first(row, NAMES.target)) ?? whole?.[2]
  if (!/^[A-Z]{3,10}$/.test(method) || target === undefined) return 'a line is about no request; it is left out'
  const seconds = asNumber(String(first(row, NAMES.seconds) ?? '').replace(/s$/, ''))
  return {
    method,
    target: pathOf(target),
    status: asNumber(first(row, NAMES.status)),
    startMs: jsonTime(first(row, NAMES.time), logTime),
    durationMs: seconds === undefined ? asNumber(first(row, NAMES.milliseconds)) : seconds * 1000,
    address: asText(first(row, NAMES.address)),
    agent: asText(first(row, NAMES.agent)),
    body: first(row, NAMES.body),
  }
}

/** A log's own host is the service's: what counts is the path. */
function pathOf(target: string): string {
  const path = /^https?:\/\/[^/?#]+(.*)$/i.exec(target)?.[1]
  return path === undefined ? target : path.startsWith('/') ? path : `/${path}`
}

/** Seconds, milliseconds, micro- or nanoseconds since the epoch, or a written time. */
function jsonTime(value: unknown, logTime: LogTime): number | undefined {
  const number = asNumber(value)
  if (number === undefined) return typeof value === 'string' ? logTime(value) : undefined
  if (number > 1e17) return number / 1e6
  if (number > 1e14) return number / 1e3
  return number > 1e11 ? number : number * 1000
}
