import type { EvidenceKind } from './evidence.ts'
import type { Source } from './source.ts'

/** What a file is, by its first bytes alone, then by its name; undefined when nobody can tell. */
export function detect({ head, name }: Pick<Source, 'head' | 'name'>): EvidenceKind | undefined {
  if (head[0] === 0x50 && head[1] === 0x4b) return 'playwright'
  const text = Buffer.from(head)
    .toString()
    .replace(/^\uFEFF/, '')
    .trimStart()
  const start = text.slice(0, 32_768)
  if (/^[123] [0-9a-f]{6,} \d+/.test(start) || start.includes('🐵🙈🙉')) return 'goreplay'
  if (
    /^\s*(\$ )?curl\s/m.test(start) &&
    !start.startsWith('{') &&
    !start.startsWith('[') &&
    !/^(---|http_interactions:|interactions:)/m.test(start)
  )
    return 'curl'
  if (start.startsWith('{') || start.startsWith('[')) return ofJson(start, name)
  if (
    /^(---|http_interactions:|interactions:|- !ruby|- request:|version: )/m.test(start) &&
    /(http_interactions|interactions):|!ruby\/struct|!!python\/object:vcr/.test(start)
  )
    return 'vcr'
  if (LOG_LINE.test(start)) return 'access-log'
  return /\.har$/i.test(name)
    ? 'har'
    : /\.gor$/i.test(name)
      ? 'goreplay'
      : /\.log$/i.test(name)
        ? 'access-log'
        : undefined
}

/** The first fields of the common log format. */
const LOG_LINE = /^\S+ \S+ .{1,200}? \[[^\]]{10,40}\] "/m

function ofJson(start: string, name: string): EvidenceKind | undefined {
  if (/"(resourceSpans|resource_spans|scopeSpans|instrumentationLibrarySpans)"\s*:/.test(start)) return 'otlp'
  if (/"_recordingName"\s*:|"creator"\s*:\s*\{[^}]*"Polly\.JS"/.test(start)) return 'polly'
  if (/^\{\s*"log"\s*:/.test(start) || /"entries"\s*:/.test(start)) return 'har'
  if (/"type"\s*:\s*"(context-options|resource-snapshot)"/.test(start)) return 'playwright'
  if (/"http_interactions"\s*:|"recorded_with"\s*:/.test(start)) return 'vcr'
  if (start.startsWith('[') && /"scope"\s*:/.test(start) && /"method"\s*:/.test(start)) return 'nock'
  if (/"interactions"\s*:/.test(start)) return 'vcr'
  if (
    start.startsWith('{') &&
    /"(request|path|uri|url|request_uri|method|status|status_code|http_method|msg)"\s*:/.test(start)
  )
    return /\.har$/i.test(name) ? 'har' : 'access-log'
  return /\.har$/i.test(name) ? 'har' : undefined
}
