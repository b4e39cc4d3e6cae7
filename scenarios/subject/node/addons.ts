import { existsSync } from 'node:fs'
import { packageOf, refuse } from './realm.ts'

/** What a package that is built for one platform adds to its name. */
const PLATFORM = /-(?:linux|linuxmusl|darwin|win32|freebsd|android)(?:-.*)?$/

/** The names by which people know the package of an addon: its own, without the platform, its last part, its scope. */
function namesOf(file: string): readonly string[] {
  const own = packageOf(file)
  if (own === undefined) return []
  const plain = own.replace(PLATFORM, '')
  const [scope = plain, last = plain] = plain.split('/')
  return [...new Set([own, plain, last, scope.replace('@', '')])]
}

/** The name that stands in somebody's package.json. */
function knownAs(file: string): string | undefined {
  const names = namesOf(file)
  const packages = file.slice(0, file.lastIndexOf('/node_modules/'))
  return names.slice(1).find((name) => existsSync(`${packages}/node_modules/${name}`)) ?? names[0]
}

/**
 * Machine code is out of this runtime's reach: its clock, its chance and its network are the machine's. The addons of packages that the
 * settings name are loaded all the same, because what they do hangs on nothing but what they are given.
 */
export function installAddons(allowed: readonly string[]): void {
  const load = process.dlopen
  const dlopen = (into: object, file: string, ...rest: unknown[]): void => {
    if (namesOf(file).some((name) => allowed.includes(name)))
      return void Reflect.apply(load, process, [into, file, ...rest])
    const name = knownAs(file)
    throw refuse(
      name === undefined ? 'a native addon' : `a native addon of the package ${name}`,
      name === undefined
        ? 'Use a JavaScript or WebAssembly build of the package.'
        : `If what it does hangs on what it is given alone, as hashes and images do, name it under subject in backlot.yaml: addons: [${JSON.stringify(name)}]. Otherwise use a JavaScript or WebAssembly build.`,
    )
  }
  Object.defineProperty(process, 'dlopen', { value: dlopen, writable: true, configurable: true, enumerable: true })
}
