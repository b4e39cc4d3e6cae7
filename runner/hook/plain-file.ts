import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * The bytes of a file that somebody else may have put there; undefined when it is no plain file, is longer than `bytesMax` or cannot be read. A
 * named pipe would be waited for, and a link leads to a device that never ends: neither is opened in a way that blocks.
 */
export function readPlainFile(path: string, bytesMax: number): Buffer | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    const bytes = Buffer.alloc(bytesMax + 1)
    let length = 0
    // It may grow while it is read, so what is read is counted, not what it says it has.
    for (let read = 1; read > 0 && length <= bytesMax; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null)
    return length > bytesMax ? undefined : bytes.subarray(0, length)
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
