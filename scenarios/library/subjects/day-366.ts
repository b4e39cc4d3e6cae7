import { either, serve, wait } from './serve.ts'

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const lastDay = either({ bug: (days: number) => days > 366, fix: () => true })

/** The year that day `days` of 1980 lies in; the first of January is day 1. */
async function yearOf(days: number): Promise<number> {
  let left = days
  let year = 1980
  while (left > 365) {
    // The device does something else between two rounds, or nobody could watch it hang.
    await wait(50)
    if (!isLeap(year)) {
      left -= 365
      year += 1
    } else if (left > 366) {
      left -= 366
      year += 1
    } else if (lastDay(left)) break
  }
  return year
}

serve({
  async 'GET /year'() {
    const days = Math.floor((Date.now() - Date.UTC(1980, 0, 1)) / 86_400_000) + 1
    return { status: 200, body: { year: await yearOf(days) } }
  },
})
