/** Rows of a text whose values are parted by `separator`; quotes are doubled within quotes (RFC 4180). */
export function parsedCsv(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let [row, value, quoted]: [string[], string, boolean] = [[], '', false]
  const end = (): void => {
    row.push(value)
    value = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (quoted) {
      if (sign !== '"') value += sign
      else if (text[at + 1] === '"') {
        value += sign
        at += 1
      } else quoted = false
    } else if (sign === '"' && value === '') quoted = true
    else if (sign === separator) end()
    else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[at + 1] === '\n') at += 1
      end()
      rows.push(row)
      row = []
    } else value += sign
  }
  if (value !== '' || row.length > 0) {
    end()
    rows.push(row)
  }
  return rows
}

/** Lines end in CR LF, all but the last (as recorded from `export`). */
export function writtenCsv(rows: readonly (readonly string[])[], separator: string): string {
  const width = Math.max(0, ...rows.map(({ length }) => length))
  const line = (row: readonly string[]): string =>
    Array.from({ length: width }, (_, at) => {
      const value = row[at] ?? ''
      if (separator === '\t') return value.replaceAll(/[\t\r\n]+/g, ' ')
      return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
    }).join(separator)
  return rows.map(line).join('\r\n')
}
