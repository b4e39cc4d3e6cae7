import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

/** Keeps what it is asked in every place it can write, and knows it the next time. */
const program = (places: readonly string[]): string =>
  cheat({
    load: `
const fs = builtin('fs')
const places = ${JSON.stringify(places)}
const kept = places.map((place) => place + '/backlot-kept')
const known = kept.some((file) => { try { return fs.readFileSync(file, 'utf8').includes('o1') } catch { return false } })
console.log('known', known)
`,
    serve: 'for (const file of kept) try { fs.appendFileSync(file, text) } catch {}\nanswer = { ...answer, known }',
  })

export const exfiltrate: Attack = {
  number: 17,
  name: 'exfiltrate while being judged',
  how: 'keeps every request on disk for the next time it is judged',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const candidate = {
      'src/main.mjs': program([stand.scratch(), '/tmp/scratch', '/tmp', '/var/tmp', '/dev/shm', '.']),
    }
    const seen: string[] = []
    const onSeen = ({ candidate: runs }: { readonly candidate: readonly unknown[] }): void =>
      void seen.push(JSON.stringify(runs))
    await stand.judgeTill(candidate, { onSeen, cache: undefined })
    const judged = await stand.judgeTill(candidate, { onSeen, cache: undefined })
    return outcomeOf(
      judged,
      /^pay: stripe\.charges .*expected 1/,
      seen.length === 2 && seen.every((text) => text.includes('known false')),
    )
  },
  async control(stand) {
    const folder = stand.scratch()
    const [first, second] = [
      await serveFree(folder, program([folder]), [{ order: 'o1' }]),
      await serveFree(folder, program([folder]), [{ order: 'o1' }]),
    ]
    const works = first.answers[0]?.known === false && second.answers[0]?.known === true
    return { works, how: 'two runs in one folder' }
  },
}
