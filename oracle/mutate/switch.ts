/**
 * The switch of instrumented code: a block under a word of this run, which whoever runs the code sets before it loads and between
 * mutants. Without one every mutant is off and nothing ends.
 */
export type Switch = {
  activeMutant: string | undefined
  /** How often the place of the active mutant was passed. Beyond the limit, passing it throws. */
  hitCount: number
  hitLimit: number
  /** Turns of loops and calls of functions, whichever mutant is on. Beyond the limit, each throws. */
  ticks: number
  tickLimit: number
  /** How often each place was passed, by mutant; undefined: nobody wants to know. */
  counts: Record<string, number> | undefined
}

/** What the instrumenter puts at the head of a file; it always counts, and ends nothing but hits. Version 10.1.1, read on 2026-11-26. */
const HEAD = /function stryNS_9fa48\(\) \{[\s\S]*?\n {2}return isActive\(id\);\n\}/
const CALLS = /stry(Cov|MutAct)_9fa48/g
/** A place of mutants. The switch was asked right before it, so it is held. */
const PLACES = /stryCov_9fa48\(("\d+"(?:, "\d+")*)\)/g
/** Names that may not be left. */
const NAMES = /__stryker__|__STRYKER_\w+|stry(?:NS|Cov|MutAct)_\w+/

/** What is called in each turn of a loop. */
export const tickName = (word: string): string => `${word}_Tick`

/** A file's own way to the switch. All of it is hoisted: in a cycle of imports a file is called before it has run. */
const tailOf = (word: string): string => `
var ${word}_held = ${word}_held || ${word}_NS();
function ${word}_NS() {
  return ${word}_held = globalThis.${word} || (globalThis.${word} = {});
}
function ${word}_Cov() {
  var counts = (${word}_held || ${word}_NS()).counts;
  if (counts) for (var at = 0; at < arguments.length; at++) counts[arguments[at]] = (counts[arguments[at]] || 0) + 1;
}
function ${word}_MutAct(id) {
  var held = ${word}_held || ${word}_NS();
  if (held.activeMutant !== id) return false;
  if (++held.hitCount > held.hitLimit) throw new Error('stopped by count: passed ' + held.hitCount + ' times');
  return true;
}
function ${tickName(word)}() {
  var held = ${word}_held || ${word}_NS();
  if (++held.ticks > held.tickLimit) throw new Error('stopped by count: ' + held.ticks + ' turns of loops and calls');
}
`

/** Instrumented text under the switch of this run: no name is left that a source could know. Throws when the head is not what it was. */
export function underOwnSwitch(text: string, word: string): string {
  // Counting is asked for once, and passing goes on for thousands of tests: it should cost a look.
  const quick = text.replace(HEAD, '').replaceAll(PLACES, `(${word}_held.counts && ${word}_Cov($1))`)
  const own = quick.replaceAll(CALLS, (_, part: string) => `${word}_${part}`)
  if (NAMES.test(own))
    throw new Error('instrument: the head of instrumented code has changed. Is the instrumenter version 10.1.1?')
  return own.includes(`${word}_`) ? `${own}${tailOf(word)}` : own
}
