import { msOf, serialOf } from './entry.ts'
import { general, shifted, shown, type Value } from './format.ts'
import { type Call, error, isError, type Matrix, order, type Result, Spoiled, toNumber, toText } from './worth.ts'

type Fn = (call: Call) => Result

const text = (value: Value): string => toText(value, general)
/** The numbers of the arguments: texts and truths in ranges are passed over. */
function numbers(call: Call, from = 0): readonly number[] {
  const found: number[] = []
  for (const { value, ranged } of call.all(from)) {
    if (isError(value)) throw new Spoiled(value)
    if (typeof value === 'number') found.push(value)
    else if (!ranged && value !== null) found.push(toNumber(value))
  }
  return found
}
const number = (call: Call, n: number, otherwise?: number): number =>
  otherwise !== undefined && n >= call.count ? otherwise : toNumber(call.value(n))
function truth(value: Value): boolean {
  if (isError(value)) throw new Spoiled(value)
  if (typeof value === 'string') {
    if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
    throw new Spoiled(error('#VALUE!'))
  }
  return value !== null && Boolean(value)
}
function truths(call: Call): readonly boolean[] {
  const found: boolean[] = []
  for (const { value, ranged } of call.all())
    if (!ranged || (value !== null && typeof value !== 'string')) found.push(truth(value))
  return found
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const roundedBy =
  (round: (value: number) => number): Fn =>
  (call) => {
    const [value, places] = [number(call, 0), Math.trunc(number(call, 1, 0))]
    const size = shifted(round(shifted(Math.abs(value), places)), -places)
    return value < 0 ? -size : size
  }

/** A condition such as `">=3"`, `"<>x"` or `"a*"`. */
function condition(value: Value): (of: Value) => boolean {
  const [, operator = '', rest = ''] = typeof value === 'string' ? (/^(<>|<=|>=|=|<|>)?(.*)$/s.exec(value) ?? []) : []
  const asked: Value =
    typeof value !== 'string' ? value : rest === '' ? '' : Number.isNaN(Number(rest)) ? rest : Number(rest)
  if (operator === '' || operator === '=' || operator === '<>') {
    const same = equals(asked)
    return operator === '<>' ? (of) => !same(of) : same
  }
  return (of) => {
    if (of === null || typeof of !== typeof asked) return false
    const sign = order(of, asked)
    return operator === '<' ? sign < 0 : operator === '>' ? sign > 0 : operator === '<=' ? sign <= 0 : sign >= 0
  }
}
function equals(asked: Value): (of: Value) => boolean {
  if (typeof asked !== 'string') return (of) => of !== null && !isError(of) && order(of, asked) === 0
  if (asked === '') return (of) => of === null || of === ''
  const pattern = asked
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/(~)?([*?])/g, (_, literal, wild) =>
      literal === undefined ? (wild === '*' ? '.*' : '.') : `\\${wild}`,
    )
  const form = new RegExp(`^${pattern}$`, 'is')
  return (of) => typeof of === 'string' && form.test(of)
}
/** Values of `sums` where all pairs of range and condition from the n-th argument on hold. */
function chosen(call: Call, sums: Matrix, from: number): readonly Value[] {
  const tests: { readonly range: readonly Value[]; readonly test: (of: Value) => boolean }[] = []
  for (let n = from; n < call.count; n += 2)
    tests.push({ range: call.matrix(n).flat(), test: condition(call.value(n + 1)) })
  return sums.flat().filter((_, at) => tests.every(({ range, test }) => test(range[at] ?? null)))
}
const only = (values: readonly Value[]): readonly number[] => values.filter((value) => typeof value === 'number')
const average = (values: readonly number[]): Value =>
  values.length === 0 ? error('#DIV/0!') : sum(values) / values.length

const date = (call: Call, n = 0): Date => new Date(msOf(number(call, n)))
const day = (year: number, month: number, dayOfMonth: number): number => serialOf(Date.UTC(year, month, dayOfMonth))
const monthsOn = (call: Call, dayOf: (from: Date, lastDay: number) => number): Value => {
  const from = date(call)
  const month = from.getUTCMonth() + Math.trunc(number(call, 1))
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate()
  return day(from.getUTCFullYear(), month, dayOf(from, lastDay))
}

/** Where a value stands in a list; as the last that is not greater where the list is sorted. */
function position(values: readonly Value[], asked: Value, sorted: boolean): number {
  if (isError(asked)) throw new Spoiled(asked)
  if (!sorted) return values.findIndex(equals(asked))
  return values.findLastIndex((value) => value !== null && typeof value === typeof asked && order(value, asked) <= 0)
}
const lookup =
  (turn: (matrix: Matrix) => Matrix): Fn =>
  (call) => {
    const matrix = turn(call.matrix(1))
    const column = Math.trunc(number(call, 2))
    if (column < 1) return error('#VALUE!')
    if (column > (matrix[0]?.length ?? 0)) return error('#REF!')
    const at = position(
      matrix.map((row) => row[0] ?? null),
      call.value(0),
      call.count < 4 || truth(call.value(3)),
    )
    return at < 0 ? error('#N/A') : (matrix[at]?.[column - 1] ?? null)
  }
const turned = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? null))

function found(call: Call, fold: boolean): Value {
  const [what, where, start] = [text(call.value(0)), text(call.value(1)), number(call, 2, 1)]
  const at = fold ? where.toLowerCase().indexOf(what.toLowerCase(), start - 1) : where.indexOf(what, start - 1)
  return at < 0 ? error('#VALUE!') : at + 1
}
function ranked(call: Call, up: boolean): Value {
  const values = only(call.matrix(0).flat()).toSorted((a, b) => (up ? a - b : b - a))
  return values[Math.trunc(number(call, 1)) - 1] ?? error('#NUM!')
}
const joined = (call: Call, from: number, separator: string, skip: boolean): Value =>
  [...call.all(from)]
    .map(({ value }) => text(value))
    .filter((one) => !skip || one !== '')
    .join(separator)
const is =
  (test: (value: Value) => boolean): Fn =>
  (call) =>
    test(call.value(0))
const letters =
  (change: (value: string) => string): Fn =>
  (call) =>
    change(text(call.value(0)))

/** Functions as https://support.google.com/docs/table/25273 (as known; not opened) tells them. Any other is refused loudly. */
export const FUNCTIONS: Readonly<Record<string, Fn>> = {
  ABS: (call) => Math.abs(number(call, 0)),
  AND: (call) => truths(call).every(Boolean),
  AVERAGE: (call) => average(numbers(call)),
  AVERAGEIF: (call) =>
    average(only(chosen({ ...call, count: 2 }, call.count > 2 ? call.matrix(2) : call.matrix(0), 0))),
  AVERAGEIFS: (call) => average(only(chosen(call, call.matrix(0), 1))),
  CEILING: (call) => {
    const [value, step] = [number(call, 0), number(call, 1, 1)]
    return step === 0 ? 0 : Math.ceil(value / step) * step
  },
  CHAR: (call) => String.fromCodePoint(Math.trunc(number(call, 0))),
  CHOOSE: (call) => {
    const n = Math.trunc(number(call, 0))
    return n < 1 || n >= call.count ? error('#NUM!') : call.result(n)
  },
  CODE: (call) => text(call.value(0)).codePointAt(0) ?? error('#VALUE!'),
  COLUMN: (call) => (positionOf(call)?.column ?? call.home.column) + 1,
  COLUMNS: (call) => call.matrix(0)[0]?.length ?? 0,
  CONCAT: (call) => text(call.value(0)) + text(call.value(1)),
  CONCATENATE: (call) => joined(call, 0, '', false),
  COUNT: (call) => [...call.all()].filter(({ value }) => typeof value === 'number').length,
  COUNTA: (call) => [...call.all()].filter(({ value }) => value !== null).length,
  COUNTBLANK: (call) => [...call.all()].filter(({ value }) => value === null || value === '').length,
  COUNTIF: (call) => chosen(call, call.matrix(0), 0).length,
  COUNTIFS: (call) => chosen(call, call.matrix(0), 0).length,
  COUNTUNIQUE: (call) =>
    new Set(
      [...call.all()].flatMap(({ value }) => (value === null ? [] : [`${typeof value} ${text(value).toLowerCase()}`])),
    ).size,
  DATE: (call) => day(number(call, 0), number(call, 1) - 1, number(call, 2)),
  DAY: (call) => date(call).getUTCDate(),
  DAYS: (call) => Math.trunc(number(call, 0)) - Math.trunc(number(call, 1)),
  EDATE: (call) => monthsOn(call, (from, last) => Math.min(from.getUTCDate(), last)),
  EOMONTH: (call) => monthsOn(call, (_, last) => last),
  EXACT: (call) => text(call.value(0)) === text(call.value(1)),
  EXP: (call) => Math.exp(number(call, 0)),
  FALSE: () => false,
  FIND: (call) => found(call, false),
  FLOOR: (call) => {
    const [value, step] = [number(call, 0), number(call, 1, 1)]
    return step === 0 ? 0 : Math.floor(value / step) * step
  },
  HLOOKUP: lookup(turned),
  HOUR: (call) => date(call).getUTCHours(),
  HYPERLINK: (call) => (call.count > 1 ? call.value(1) : call.value(0)),
  IF: (call) => (truth(call.value(0)) ? call.result(1) : call.count > 2 ? call.result(2) : false),
  IFERROR: (call) => {
    const value = call.value(0)
    return isError(value) ? (call.count > 1 ? call.result(1) : '') : value
  },
  IFNA: (call) => {
    const value = call.value(0)
    return isError(value) && value.error === '#N/A' ? (call.count > 1 ? call.result(1) : '') : value
  },
  IFS: (call) => {
    for (let n = 0; n < call.count; n += 2) if (truth(call.value(n))) return call.result(n + 1)
    return error('#N/A')
  },
  INDEX: (call) => {
    const matrix = call.matrix(0)
    const [row, column] = [Math.trunc(number(call, 1, 1)), Math.trunc(number(call, 2, matrix.length === 1 ? 0 : 1))]
    if (matrix.length === 1 && call.count === 2) return matrix[0]?.[row - 1] ?? error('#NUM!')
    const rows = row === 0 ? matrix : matrix.slice(row - 1, row)
    const picked = column === 0 ? rows : rows.map((cells) => cells.slice(column - 1, column))
    return picked.flat().length === 0 ? error('#NUM!') : { matrix: picked }
  },
  INT: (call) => Math.floor(number(call, 0)),
  ISEVEN: (call) => Math.abs(Math.trunc(number(call, 0))) % 2 === 0,
  ISODD: (call) => Math.abs(Math.trunc(number(call, 0))) % 2 === 1,
  ISBLANK: is((value) => value === null),
  ISERROR: is(isError),
  ISLOGICAL: is((value) => typeof value === 'boolean'),
  ISNA: is((value) => isError(value) && value.error === '#N/A'),
  ISNUMBER: is((value) => typeof value === 'number'),
  ISTEXT: is((value) => typeof value === 'string'),
  JOIN: (call) => joined(call, 1, text(call.value(0)), false),
  LARGE: (call) => ranked(call, false),
  LEFT: (call) => text(call.value(0)).slice(0, Math.max(number(call, 1, 1), 0)),
  LEN: (call) => text(call.value(0)).length,
  LN: (call) => (number(call, 0) <= 0 ? error('#NUM!') : Math.log(number(call, 0))),
  LOG10: (call) => (number(call, 0) <= 0 ? error('#NUM!') : Math.log10(number(call, 0))),
  LOWER: letters((value) => value.toLowerCase()),
  MATCH: (call) => {
    const kind = number(call, 2, 1)
    const values = call.matrix(1).flat()
    const at =
      kind < 0
        ? values.findLastIndex((value) => value !== null && order(value, call.value(0)) >= 0)
        : position(values, call.value(0), kind > 0)
    return at < 0 ? error('#N/A') : at + 1
  },
  MAX: (call) => numbers(call).reduce((most, value, at) => (at === 0 ? value : Math.max(most, value)), 0),
  MAXIFS: (call) => only(chosen(call, call.matrix(0), 1)).reduce((a, b, at) => (at === 0 ? b : Math.max(a, b)), 0),
  MEDIAN: (call) => {
    const values = numbers(call).toSorted((a, b) => a - b)
    const middle = values.length >> 1
    if (values.length === 0) return error('#NUM!')
    return values.length % 2 === 1 ? (values[middle] ?? 0) : ((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2
  },
  MID: (call) => text(call.value(0)).slice(number(call, 1) - 1, number(call, 1) - 1 + Math.max(number(call, 2), 0)),
  MIN: (call) => numbers(call).reduce((least, value, at) => (at === 0 ? value : Math.min(least, value)), 0),
  MINIFS: (call) => only(chosen(call, call.matrix(0), 1)).reduce((a, b, at) => (at === 0 ? b : Math.min(a, b)), 0),
  MINUTE: (call) => date(call).getUTCMinutes(),
  MOD: (call) => {
    const [value, by] = [number(call, 0), number(call, 1)]
    return by === 0 ? error('#DIV/0!') : value - by * Math.floor(value / by)
  },
  MONTH: (call) => date(call).getUTCMonth() + 1,
  NA: () => error('#N/A'),
  NOT: (call) => !truth(call.value(0)),
  NOW: (call) => serialOf(call.nowMs),
  OR: (call) => truths(call).some(Boolean),
  PI: () => Math.PI,
  POWER: (call) => number(call, 0) ** number(call, 1),
  PRODUCT: (call) => numbers(call).reduce((product, value) => product * value, 1),
  PROPER: letters((value) =>
    value
      .toLowerCase()
      .replaceAll(/(^|[^\p{L}])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  QUOTIENT: (call) => (number(call, 1) === 0 ? error('#DIV/0!') : Math.trunc(number(call, 0) / number(call, 1))),
  REPT: (call) => text(call.value(0)).repeat(Math.max(Math.trunc(number(call, 1)), 0)),
  RIGHT: (call) => {
    const [value, count] = [text(call.value(0)), Math.max(number(call, 1, 1), 0)]
    return count === 0 ? '' : value.slice(-count)
  },
  ROUND: roundedBy(Math.round),
  ROUNDDOWN: roundedBy(Math.floor),
  ROUNDUP: roundedBy(Math.ceil),
  ROW: (call) => (positionOf(call)?.row ?? call.home.row) + 1,
  ROWS: (call) => call.matrix(0).length,
  SEARCH: (call) => found(call, true),
  SECOND: (call) => date(call).getUTCSeconds(),
  SIGN: (call) => Math.sign(number(call, 0)),
  SMALL: (call) => ranked(call, true),
  SQRT: (call) => (number(call, 0) < 0 ? error('#NUM!') : Math.sqrt(number(call, 0))),
  SUBSTITUTE: (call) => {
    const [value, old, now] = [text(call.value(0)), text(call.value(1)), text(call.value(2))]
    if (old === '') return value
    if (call.count < 4) return value.replaceAll(old, () => now)
    let seen = 0
    return value.replaceAll(old, (same) => {
      seen += 1
      return seen === number(call, 3) ? now : same
    })
  },
  SUM: (call) => sum(numbers(call)),
  SUMIF: (call) => sum(only(chosen({ ...call, count: 2 }, call.count > 2 ? call.matrix(2) : call.matrix(0), 0))),
  SUMIFS: (call) => sum(only(chosen(call, call.matrix(0), 1))),
  SUMPRODUCT: (call) => {
    const lists = Array.from({ length: call.count }, (_, n) => call.matrix(n).flat())
    return sum(
      (lists[0] ?? []).map((_, at) =>
        lists.reduce((product, list) => product * (typeof list[at] === 'number' ? list[at] : 0), 1),
      ),
    )
  },
  SWITCH: (call) => {
    for (let n = 1; n + 1 < call.count; n += 2) if (order(call.value(0), call.value(n)) === 0) return call.result(n + 1)
    return call.count % 2 === 0 ? call.result(call.count - 1) : error('#N/A')
  },
  TEXT: (call) => {
    const pattern = text(call.value(1))
    const value = call.value(0)
    if (typeof value === 'string') return value
    const refuse = (): Error => call.refuse(`the pattern "${pattern}" of the function TEXT`)
    return shown(toNumber(value), { numberFormat: { type: 'NUMBER', pattern } }, refuse)
  },
  TEXTJOIN: (call) => joined(call, 2, text(call.value(0)), truth(call.value(1))),
  TIME: (call) => (number(call, 0) * 3600 + number(call, 1) * 60 + number(call, 2)) / 86_400,
  TODAY: (call) => Math.floor(serialOf(call.nowMs)),
  TRIM: letters((value) => value.trim().replaceAll(/ {2,}/g, ' ')),
  TRUE: () => true,
  TRUNC: roundedBy(Math.floor),
  UPPER: letters((value) => value.toUpperCase()),
  VALUE: (call) => number(call, 0),
  VLOOKUP: lookup((matrix) => matrix),
  WEEKDAY: (call) => {
    const [kind, sunday] = [number(call, 1, 1), date(call).getUTCDay()]
    if (kind === 1) return sunday + 1
    return ((sunday + 6) % 7) + (kind === 2 ? 1 : 0)
  },
  XLOOKUP: (call) => {
    if (call.count > 4) throw call.refuse('modes of the function XLOOKUP')
    const at = position(call.matrix(1).flat(), call.value(0), false)
    if (at < 0) return call.count > 3 ? call.result(3) : error('#N/A')
    return call.matrix(2).flat()[at] ?? null
  },
  XOR: (call) => truths(call).filter(Boolean).length % 2 === 1,
  YEAR: (call) => date(call).getUTCFullYear(),
}

function positionOf(call: Call): { readonly row: number; readonly column: number } | undefined {
  const of = call.count === 0 ? null : call.result(0)
  return typeof of === 'object' && of !== null && 'at' in of ? of.at : undefined
}
