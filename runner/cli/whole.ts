import { InvalidArgumentError } from 'commander'

/** An option's value as a whole number of 1 or more. */
export const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number of 1 or more.')
  return value
}
