import module from 'node:module'
import { seededBytes } from './chance.ts'
import { realm } from './realm.ts'

type Value = string | number | bigint | null | Uint8Array
/** Where each of SQLite's functions of time takes its instant. */
const OF_TIME = { date: 0, time: 0, datetime: 0, julianday: 0, unixepoch: 0, strftime: 1 } as const
const LITERALS = { current_timestamp: 'datetime', current_date: 'date', current_time: 'time' } as const
const NOW = /^\s*now\s*$/i

/** Most programs have no database of their own: it is made ready for the first that asks. */
let installed = false

/** SQLite reads the machine's clock and its chance by itself; in a database of the program's it takes the run's. */
export function installDatabases(): void {
  if (installed) return
  installed = true
  const sqlite = process.getBuiltinModule('node:sqlite')
  const Real = sqlite.DatabaseSync
  /** Reckons with times that are given. */
  let plain: InstanceType<typeof Real> | undefined
  const statements = new Map<string, ReturnType<InstanceType<typeof Real>['prepare']>>()
  const reckon = (name: keyof typeof OF_TIME, given: readonly Value[]): Value => {
    const at = OF_TIME[name]
    const instant = new Date(realm.nowMs).toISOString()
    const args = given.map((arg, place) => (typeof arg === 'string' && place >= at && NOW.test(arg) ? instant : arg))
    if (args.length === at) args.push(instant)
    const sql = `select ${name}(${args.map(() => '?').join(', ')}) as it`
    plain ??= new Real(':memory:')
    const statement = statements.get(sql) ?? plain.prepare(sql)
    statements.set(sql, statement)
    return statement.get(...(args as string[]))?.it as Value
  }
  class DatabaseSync extends Real {
    constructor(...args: ConstructorParameters<typeof Real>) {
      super(...args)
      if (this.isOpen) tame(this)
    }
    override open(): void {
      super.open()
      tame(this)
    }
  }
  function tame(database: InstanceType<typeof Real>): void {
    // As in SQLite, the time stands still within a statement.
    const steady = { deterministic: true, varargs: true }
    for (const name of Object.keys(OF_TIME) as (keyof typeof OF_TIME)[])
      database.function(name, steady, (...args) => reckon(name, args as Value[]))
    for (const [literal, name] of Object.entries(LITERALS))
      database.function(literal, { deterministic: true }, () => reckon(name, []))
    database.function('random', { useBigIntArguments: true }, () => seededBytes('sqlite', 8).readBigInt64LE())
    database.function('randomblob', {}, (size) => seededBytes('sqlite', Math.max(1, Number(size) || 1)))
  }
  Object.defineProperty(sqlite, 'DatabaseSync', {
    value: DatabaseSync,
    writable: true,
    configurable: true,
    enumerable: true,
  })
  module.syncBuiltinESMExports()
}
