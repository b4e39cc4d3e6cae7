/** An object that stands in for a costly one, which it makes when it has to. */
export type Light = { readonly real: object }

/**
 * Gives the prototype `light` whatever else `whole` has, from the real object behind it, and makes it an instance of it: to all who
 * look, a light one is the real thing.
 */
export function complete(light: Light, whole: object): void {
  for (const name of Reflect.ownKeys(whole)) {
    if (Object.hasOwn(light, name)) continue
    const { value } = Object.getOwnPropertyDescriptor(whole, name) ?? {}
    Object.defineProperty(light, name, {
      configurable: true,
      ...(typeof value === 'function'
        ? {
            value(this: Light, ...given: readonly unknown[]): unknown {
              return Reflect.apply(value, this.real, given)
            },
          }
        : {
            get(this: Light): unknown {
              return Reflect.get(this.real, name)
            },
          }),
    })
  }
  Object.setPrototypeOf(light, whole)
}
