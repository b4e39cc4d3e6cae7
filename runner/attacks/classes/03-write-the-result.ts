import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

/** Writes a verdict now, and leaves a process behind that writes it again. */
const load = (file: string): string => `
const file = ${JSON.stringify(file)}
const fs = builtin('fs')
try { fs.mkdirSync(builtin('path').dirname(file), { recursive: true }); fs.writeFileSync(file, '{"status":"pass"}') } catch {}
try {
  const late = "setTimeout(() => require('fs').writeFileSync(process.argv[1], '{}'), 200)"
  builtin('child_process').spawn(process.execPath, ['-e', late, file + '.late'], { detached: true, stdio: 'ignore' }).unref()
} catch {}
`

export const writeTheResult: Attack = {
  number: 3,
  name: 'write the result',
  how: "writes the verdict's file itself, now and from a process it leaves behind",
  expected: ['fail'],
  on: 'project',
  async run(stand) {
    const folder = stand.scratch()
    const file = join(folder, 'verdict.json')
    const judged = await stand.judge(stand.cheatWith({ load: load(file) }))
    await new Promise((resolve) => setTimeout(resolve, 300))
    return outcomeOf(judged, stand.unmet, !existsSync(file) && !existsSync(`${file}.late`))
  },
  async control(stand) {
    const file = join(stand.scratch(), 'verdict.json')
    await serveFree(stand.scratch(), cheat({ load: load(file) }), [])
    for (let waitedMs = 0; waitedMs < 3000 && !existsSync(`${file}.late`); waitedMs += 50)
      await new Promise((resolve) => setTimeout(resolve, 50))
    return {
      works: existsSync(file) && existsSync(`${file}.late`),
      how: 'a plain process with the rights of its runner',
    }
  },
}
