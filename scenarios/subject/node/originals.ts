/**
 * What Node gave before anything was replaced. Taken while the preload loads, so that a program which patches globals later
 * cannot reach into the runtime.
 */
export const original: {
  readonly Date: DateConstructor
  readonly setImmediate: typeof setImmediate
  readonly setTimeout: typeof setTimeout
  readonly setInterval: typeof setInterval
  readonly clearTimeout: typeof clearTimeout
  readonly clearInterval: typeof clearInterval
  readonly emit: typeof process.emit
  readonly exit: (code: number) => never
  readonly apply: typeof Reflect.apply
} = {
  Date,
  setImmediate,
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval,
  emit: process.emit,
  // `process.exit` runs listeners of the subject; this one does not.
  exit: (process as unknown as { reallyExit: (code: number) => never }).reallyExit.bind(process),
  apply: Reflect.apply,
}
