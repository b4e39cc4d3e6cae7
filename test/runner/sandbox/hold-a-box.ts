/** Started by a test and killed in the middle: runs a program that never rests, in a box of the profile it is given. */
import { boxed, boxStatus } from '../../../runner/sandbox/box.ts'
import { type Profile, sandboxOf } from '../../../runner/sandbox/settings.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'

const [profile = '', cwd = '', entry = ''] = process.argv.slice(2)
const status = await boxStatus(profile as Profile, sandboxOf({}).limits)
if (!status.available) throw new Error(status.why)
await nodeSubject({ cwd, entry, limits: { turnMs: 120_000 }, ...boxed(status.box, []) }).start({
  seed: '1',
  epochMs: 0,
})
