import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bubblewrap, sandboxStatus } from '../../../runner/sandbox/bubblewrap.ts'
import { type Boxes, climbWalls } from '../../../runner/sandbox/climb.ts'

/** A box of ours with holes in it: what was planted, and nothing else, must be found open. */
const leaky =
  (leak: (args: readonly string[]) => readonly string[]): Boxes =>
  (mounts, limits) => ({
    wrap: (command, env, reads) => leak(bubblewrap(mounts, limits)(command, env, reads)),
  })

const swap = (args: readonly string[], from: readonly string[], to: readonly string[]): readonly string[] => {
  const at = args.findIndex((_, start) => from.every((word, index) => args[start + index] === word))
  expect(at, from.join(' ')).toBeGreaterThanOrEqual(0)
  return [...args.slice(0, at), ...to, ...args.slice(at + from.length)]
}

// Which arguments make the box depends on who makes it.
const root = process.getuid?.() === 0
test.skipIf(!sandboxStatus().available || !root)('doctor finds each hole that is made in the walls', async () => {
  const walls = await climbWalls(
    leaky((args) => {
      let holed = swap(args, ['--unshare-net'], [])
      holed = swap(holed, ['--remount-ro', '/dev'], ['--chmod', '0777', '/dev', '--chmod', '0777', '/dev/shm'])
      holed = swap(holed, ['--remount-ro', '/'], ['--chmod', '0777', '/', '--ro-bind', '/etc/passwd', '/etc/passwd'])
      holed = swap(holed, ['--clearenv'], ['--clearenv', '--setenv', 'TOKEN', 'secret'])
      holed = swap(holed, ['--disable-userns'], [])
      holed = holed.map((arg) => (/^--(nproc|nofile)=/.test(arg) ? arg.replace(/\d+/, '4096') : arg))
      // Out of the group that limits all of it together.
      return holed[0] === '/bin/sh' ? holed.slice(4) : holed
    }),
  )
  const open = walls.filter(({ status }) => status === 'OPEN')
  expect(open.map(({ id }) => id)).toEqual([
    ...['accounts', 'root', 'devices', 'shm', 'environment', 'network', 'loopback', 'abstract', 'nesting'],
    ...['files', 'fork'],
  ])
  for (const { wayOut } of open) expect(wayOut.length).toBeGreaterThan(10)
  for (const file of ['/planted', '/dev/planted', '/dev/shm/planted']) expect(existsSync(file), file).toBe(false)
})
