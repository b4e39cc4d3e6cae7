import { duration } from '../../../oracle/expectations.ts'
import type { Story, StoryRow } from '../story.ts'
import { html, type Markup } from './markup.ts'

const LANE_PX = 44
const STRIP_PX = 14
const AXIS_PX = 30
const CURVE_PX = 64

/** A run as a picture, one lane for the service and for each twin; the base runs above the candidate. `foundAtMs` is marked. */
export function timeline(candidate: Story, base: Story | null, foundAtMs: number | null): Markup {
  const scale = scaleOf([candidate, ...(base === null ? [] : [base])], foundAtMs)
  const lanes = [...new Set([...candidate.lanes, ...(base?.lanes ?? [])])]
  const spends = candidate.spent.length > 0 || (base !== null && base.spent.length > 0)
  return html`<figure class="timeline">
<div class="lane axis"><span class="lane-name"><span class="wide">virtual </span>time</span><svg height="${AXIS_PX}" aria-hidden="true">${axis(scale)}</svg></div>
${lanes.map(
  (lane) => html`<div class="lane"><span class="lane-name">${lane}</span>
<svg height="${LANE_PX}" role="img" aria-label="${lane}: ${countOf(candidate, lane)} in the candidate${base === null ? '' : `, ${countOf(base, lane)} in the base`}">
${gapsOf(scale, LANE_PX)}
${base === null ? null : strip(base, lane, scale, 5, 'was')}
${strip(candidate, lane, scale, base === null ? 15 : 24, 'is')}
${foundLine(scale, foundAtMs, LANE_PX)}</svg></div>`,
)}
${
  spends
    ? html`<div class="lane"><span class="lane-name">spent</span><svg height="${CURVE_PX}" role="img" aria-label="money spent so far">
${gapsOf(scale, CURVE_PX)}${curves(candidate, base, scale)}${foundLine(scale, foundAtMs, CURVE_PX)}</svg></div>`
    : null
}
<figcaption>${base === null ? null : html`<span class="key was">base</span>`}<span class="key is">candidate</span><span class="key bad">went wrong</span><span class="key fault">fault of the scenario</span>${foundAtMs === null ? null : html`<span class="key found">found here, at +${duration(foundAtMs)}</span>`}<span class="note">Quiet times are shortened.</span></figcaption>
</figure>`
}

/** Virtual time to a place between 0 and 100: busy times get room, quiet ones are shortened. */
type Scale = {
  readonly at: (ms: number) => number
  readonly ticks: readonly { readonly ms: number; readonly x: number; readonly minor: boolean }[]
  /** Shortened stretches. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly ms: number }[]
}

const QUIET_MS = 20_000

function scaleOf(stories: readonly Story[], foundAtMs: number | null): Scale {
  const moments = stories.flatMap(({ rows, spent }) => [
    ...rows.flatMap(({ atMs, tookMs }) => [atMs, atMs + (tookMs ?? 0)]),
    ...spent.map(([ms]) => ms),
  ])
  const times = [...new Set([0, ...(foundAtMs === null ? [] : [foundAtMs]), ...moments])].toSorted((a, b) => a - b)
  // A second is worth what a hundred milliseconds are, and nothing is worth more than a few of them.
  const weights = times.map((ms, at) => {
    const gapMs = ms - (times[at - 1] ?? ms)
    return at === 0 ? 0.4 : Math.min(3, Math.log2(1 + gapMs / 1000)) + 0.2
  })
  const whole = weights.reduce((sum, weight) => sum + weight, 0.4)
  let sum = 0
  const places = weights.map((weight) => {
    sum += weight
    return (100 * sum) / whole
  })
  const byTime = new Map(times.map((ms, at) => [ms, places[at] ?? 0]))
  const gaps = times.flatMap((ms, at) => {
    const gapMs = ms - (times[at - 1] ?? ms)
    return gapMs < QUIET_MS ? [] : [{ from: places[at - 1] ?? 0, to: places[at] ?? 0, ms: gapMs }]
  })
  return { at: (ms) => byTime.get(ms) ?? 0, ticks: ticksOf(times, places), gaps }
}

/** A tick where something begins after a quiet time; those that would touch the one before are left out. */
function ticksOf(times: readonly number[], places: readonly number[]): Scale['ticks'] {
  const ticks: { ms: number; x: number; minor: boolean }[] = []
  let lastMajor = -100
  times.forEach((ms, at) => {
    const x = places[at] ?? 0
    const before = times[at - 1]
    const begins = before === undefined || ms - before >= QUIET_MS
    const last = ticks.at(-1)
    const far = last !== undefined && x - last.x >= 24
    if (!(begins || far) || x > 94 || (last !== undefined && x - last.x < 9)) return
    const minor = x - lastMajor < 24 || x > 80
    if (!minor) lastMajor = x
    ticks.push({ ms, x, minor })
  })
  return ticks
}

const x = (place: number): string => `${place.toFixed(2)}%`

const axis = ({ ticks }: Scale): Markup =>
  html`${ticks.map(
    ({ ms, x: place, minor }) =>
      html`<g class="${minor ? 'tick minor' : 'tick'}"><line x1="${x(place)}" x2="${x(place)}" y1="22" y2="30"/><text x="${x(place)}" y="15">+${duration(ms)}</text></g>`,
  )}`

const gapsOf = ({ gaps }: Scale, heightPx: number): Markup =>
  html`${gaps.map(
    ({ from, to, ms }) =>
      html`<rect class="quiet" x="${x(from)}" width="${x(to - from)}" y="0" height="${heightPx}"><title>nothing for ${duration(ms)}</title></rect>`,
  )}`

const foundLine = ({ at }: Scale, foundAtMs: number | null, heightPx: number): Markup | null =>
  foundAtMs === null
    ? null
    : html`<line class="found" x1="${x(at(foundAtMs))}" x2="${x(at(foundAtMs))}" y1="0" y2="${heightPx}"/>`

const shown = ({ kind }: StoryRow): boolean => kind !== 'log' && kind !== 'happening'
const countOf = ({ rows }: Story, lane: string): number => rows.filter((row) => row.lane === lane && shown(row)).length

function strip({ rows }: Story, lane: string, { at }: Scale, top: number, side: 'was' | 'is'): Markup {
  return html`${rows
    .filter((row) => row.lane === lane && shown(row))
    .map((row) => {
      const [from, to] = [at(row.atMs), at(row.atMs + (row.tookMs ?? 0))]
      const words = `${row.step}: ${row.text} ${row.outcome}${row.fault === null ? '' : `, fault ${row.fault}`}${row.cost === null ? '' : `, ${row.cost}`}, at +${duration(row.atMs)}`
      const tone = row.bad ? 'bad' : row.fault === null ? side : 'fault'
      return html`<g class="${side === 'was' ? 'mark old' : 'mark'}"><title>${words}</title><rect class="${tone}" x="${x(from)}" y="${top}" width="${x(Math.max(0.5, to - from))}" height="${STRIP_PX}" rx="2"/></g>`
    })}`
}

function curves(candidate: Story, base: Story | null, { at }: Scale): Markup {
  const top = Math.max(
    ...[candidate, ...(base === null ? [] : [base])].map(({ spent }) => Number(spent.at(-1)?.[1] ?? 0)),
    Number.MIN_VALUE,
  )
  const y = (amount: string): number => CURVE_PX - 6 - ((CURVE_PX - 22) * Number(amount)) / top
  const curve = ({ spent, currency }: Story, side: 'was' | 'is'): Markup => {
    const last = spent.at(-1)
    const parts = spent.map(([ms, amount], index) => {
      const [toMs, next] = spent[index + 1] ?? [undefined, amount]
      const [from, to] = [at(ms), toMs === undefined ? 100 : at(toMs)]
      return html`<line x1="${x(from)}" x2="${x(to)}" y1="${y(amount).toFixed(1)}" y2="${y(amount).toFixed(1)}"/><line x1="${x(to)}" x2="${x(to)}" y1="${y(amount).toFixed(1)}" y2="${y(next).toFixed(1)}"/>`
    })
    return html`<g class="curve ${side}">${parts}${last === undefined ? null : html`<text x="99.5%" y="${(y(last[1]) - 4).toFixed(1)}">${money(last[1])} ${currency}</text>`}</g>`
  }
  return html`${base === null ? null : curve(base, 'was')}${curve(candidate, 'is')}`
}

/** An amount with no more digits than a reader needs. */
export const money = (amount: string): string => {
  const value = Number(amount)
  return value === 0
    ? '0'
    : value >= 100
      ? value.toFixed(2)
      : value
          .toPrecision(4)
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '')
}
