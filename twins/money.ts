/** Decimal arithmetic in bigint of 10^-12 of a unit; floats never touch money. */
const SCALE = 12
const ONE = 10n ** BigInt(SCALE)

/** What one billable act costs: `rate` per unit of quantity plus `fixed` per act, decimal strings in `currency`. */
export type Price = {
  readonly sku: string
  readonly rate: string
  readonly fixed: string
  readonly currency: string
  /** What one unit is, for people: 'input token', 'successful domestic charge, per USD'. */
  readonly per: string
  readonly source: string
  readonly readOn: string
}
export type PriceList = readonly Price[]

/** One billable act as it happened. Amounts are decimal strings. */
export type CostLine = {
  readonly atMs: number
  readonly step: string
  readonly key: string
  readonly twin: string
  readonly sku: string
  readonly quantity: string
  readonly amount: string
  readonly currency: string
}
export type Unpriced = { readonly atMs: number; readonly step: string; readonly twin: string; readonly sku: string }

/** The bill of a run. `unpriced` acts are not free: a run that has one fails. */
export type Bill = { readonly lines: readonly CostLine[]; readonly unpriced: readonly Unpriced[] }

/** Charges acts against price lists. */
export interface Meter {
  readonly bill: Bill
  /** `quantity` is a decimal string or a whole number; an unknown `sku` goes to `bill.unpriced`. */
  charge(twin: string, sku: string, quantity: string | number): void
  addPrices(twin: string, prices: PriceList): void
}

/** Parses a decimal string, exponents included, into units of 10^-12. Throws on anything finer or not a number. */
export function toUnits(decimal: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(decimal)
  if (match === null) throw new Error(`money: expected a decimal such as 12.50, got "${decimal}".`)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const shift = SCALE - fraction.length + Number(exponent)
  const digits = BigInt(whole + fraction)
  if (Math.abs(shift) > 40) throw new Error(`money: expected an exponent in reach, got "${decimal}".`)
  const factor = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % factor !== 0n)
    throw new Error(`money: expected at most ${SCALE} decimals, got "${decimal}".`)
  const units = shift < 0 ? digits / factor : digits * factor
  return sign === '-' ? -units : units
}

/** Units of 10^-12 as a decimal string without trailing zeros. */
export function toDecimal(units: bigint): string {
  const sign = units < 0n ? '-' : ''
  const abs = units < 0n ? -units : units
  const fraction = (abs % ONE).toString().padStart(SCALE, '0').replace(/0+$/, '')
  return `${sign}${abs / ONE}${fraction === '' ? '' : `.${fraction}`}`
}

/** a * b in units, rounded half-even. */
export function multiply(a: bigint, b: bigint): bigint {
  const product = a * b
  const sign = product < 0n ? -1n : 1n
  const abs = product * sign
  const rest = abs % ONE
  const up = rest * 2n > ONE || (rest * 2n === ONE && (abs / ONE) % 2n === 1n)
  return sign * (abs / ONE + (up ? 1n : 0n))
}

/** Sum of decimal strings. */
export const sum = (amounts: Iterable<string>): string => {
  let units = 0n
  for (const amount of amounts) units += toUnits(amount)
  return toDecimal(units)
}

/** Total of a bill per currency. */
export function totals(lines: readonly CostLine[]): Readonly<Record<string, string>> {
  const byCurrency = new Map<string, bigint>()
  for (const line of lines) byCurrency.set(line.currency, (byCurrency.get(line.currency) ?? 0n) + toUnits(line.amount))
  return Object.fromEntries([...byCurrency].sort().map(([currency, units]) => [currency, toDecimal(units)]))
}

/** A meter; `context` tells when and on whose account an act happens, `onLine` sees each line as it is written. */
export function createMeter(
  context: () => { readonly atMs: number; readonly step: string; readonly key: string },
  onLine: (line: CostLine) => void,
): Meter {
  const prices = new Map<string, Price>()
  const lines: CostLine[] = []
  const unpriced: Unpriced[] = []
  return {
    bill: { lines, unpriced },
    addPrices(twin, list) {
      for (const price of list) prices.set(`${twin} ${price.sku}`, price)
    },
    charge(twin, sku, quantity) {
      const { atMs, step, key } = context()
      const price = prices.get(`${twin} ${sku}`)
      if (price === undefined) {
        unpriced.push({ atMs, step, twin, sku })
        return
      }
      const amount = toDecimal(multiply(toUnits(price.rate), toUnits(String(quantity))) + toUnits(price.fixed))
      const line = { atMs, step, key, twin, sku, quantity: String(quantity), amount, currency: price.currency }
      lines.push(line)
      onLine(line)
    },
  }
}
