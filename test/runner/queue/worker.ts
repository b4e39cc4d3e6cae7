/** A worker in a process of its own: `node worker.ts FILE drain|hold NAME`. Prints a line for each job it gets. */
import { openSqliteQueue } from '../../../runner/queue/sqlite.ts'

const [file = '', mode = '', name = ''] = process.argv.slice(2)
const queue = openSqliteQueue({ file, now: () => Date.now(), attemptsMax: 3 })
if (mode === 'hold') {
  for (const { id } of await queue.claim(5, 60_000)) process.stdout.write(`${id}\n`)
  // Held until somebody kills this process.
  setInterval(() => {}, 1000)
} else {
  for (;;) {
    const claims = await queue.claim(3, 60_000)
    if (claims.length === 0) break
    for (const claim of claims) {
      process.stdout.write(`${claim.id}\n`)
      await queue.complete(claim, { by: name })
    }
  }
  await queue.close()
}
