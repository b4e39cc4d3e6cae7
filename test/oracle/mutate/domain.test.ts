import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { domainMutators } from '../../../oracle/mutate/domain/index.ts'
import { instrument } from '../../../oracle/mutate/instrument.ts'

/** Each fault: a line in which its pattern occurs, and what becomes of it. */
const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
  ['KeyPerAttempt', "call({ a: 1 }, { idempotencyKey: 'order-1' })", ['idempotencyKey: crypto.randomUUID()']],
  ['DropIdempotencyKey', "call({ key: 'k', a: 1 })", ['{ a: 1 }']],
  ['TemplateFlat', 'const key = `pay-$' + '{id}`', ['"pay-"']],
  ['DuplicateEffect', 'async () => { await send(mail) }', ['await send(mail), await send(mail)']],
  ['WebhookReplay', 'handledEvents.add(event.id)', [';']],
  ['CacheNever', 'if (cache.has(id)) throw 0', ['false']],
  ['CacheNever', 'const known = orders.get(id)', ['void 0']],
  ['CacheForever', 'inProgress.delete(id)', ['void 0']],
  ['StatusGuardDrop', "if (order.status !== 'paid') throw 0", ['false']],
  [
    'WebhookSignatureSkip',
    'stripe.webhooks.constructEvent(body, sig, secret)',
    ['JSON.parse(String.raw({ raw: [body] }))'],
  ],
  ['WebhookSignatureSkip', 'if (!verify(body, sig)) throw 0', ['true']],
  ['PartialWrite', "order.status = 'paid'; order.paidAt = now", [';']],
  [
    'LostUpdate',
    'async () => { order.refunded += amount }',
    ['order.refunded = order.refunded + (await new Promise(done => setTimeout(done, 1, amount)))'],
  ],
  [
    'LockAfterAwait',
    'async () => { locks.add(id) }',
    ['{ await new Promise(done => setTimeout(done, 1)); locks.add(id); }'],
  ],
  ['GlobalLock', 'if (locks.has(id)) throw 0', ['locks.size > 0']],
  ['UnboundedConcurrency', 'const CONCURRENCY = 3', ['1000']],
  ['RetryUnbounded', 'for (let attempt = 1; attempt <= max; attempt++) go()', ['true']],
  ['RetryUnbounded', 'if (attempt >= options.attempts) throw error', ['false']],
  ['RetryOffByOne', 'if (attempt >= max) throw error', ['attempt >= max + 1', 'attempt >= max + -1']],
  ['RetryAll', 'if (!isTransient(error)) throw error', ['true']],
  ['RetryAll', 'const options = { retryable: isTransient }', ['retryable: () => true']],
  ['RetryNone', 'if (!shouldRetry(error)) throw error', ['false']],
  ['RetryNone', 'const options = { retryable: isTransient }', ['retryable: () => false']],
  ['NoBackoff', 'await sleep(delayMs, signal)', ['sleep(0, signal)']],
  ['LinearBackoff', 'const ms = base * 2 ** (attempt - 1)', ['attempt - 1']],
  ['NoJitter', 'const ms = base * Math.random()', ['0.5']],
  ['CapIgnored', 'Math.min(ms, cap)', ['ms', 'cap']],
  ['IgnoreRetryAfter', 'Math.max(ms, retryAfterMs(error) ?? 0)', ['void 0']],
  ['IgnoreRetryAfter', "headers.get('retry-after')", ['"x-none"']],
  ['TimeoutStretched', 'new Client({ timeout: 10_000 })', ['timeout: 10_000 * 1000']],
  ['WrongErrorClass', 'if (error instanceof Declined) throw 0', ['error instanceof Error']],
  ['WrongErrorClass', "throw new Declined('no')", ["throw new Error('no');"]],
  ['CatchSwallow', 'try { go() } catch (error) { throw error }', [';']],
  ['ErrorAsSuccess', "c.json({ error: 'no' }, 409)", ['200']],
  ['FinallyDrop', 'try { go() } catch { stop() } finally { unlock() }', ['try { go(); } catch { stop(); }']],
  ['FinallyDrop', 'go().finally(unlock)', ['go()']],
  ['FailureNotStored', "try { go() } catch { order.status = 'failed' }", [';']],
  ['AwaitDrop', 'await send(mail)', ['send(mail)']],
  ['SignalIgnored', "process.on('SIGTERM', stop)", [';']],
  ['RoundMode', 'Math.round(amount)', ['Math.floor(amount)', 'Math.ceil(amount)']],
  [
    'BankersRounding',
    'Math.round(x)',
    ['(v => v - Math.floor(v) === 0.5 ? Math.floor(v) + Math.floor(v) % 2 : Math.round(v))(x)'],
  ],
  ['FloatMoney', 'Math.floor(amount * rate)', ['amount * rate', 'amount / 100 * rate * 100']],
  ['FloatMoney', 'const left = order.amount - refunded', ['(order.amount / 100 - refunded / 100) * 100']],
  ['CentOffset', 'charge({ amount: total })', ['amount: total + 1']],
  ['CentOffset', 'order.refunded += sum', ['order.refunded += sum + 1']],
  [
    'CentAboveThreshold',
    'function total(items) { return items.length }',
    ['return (v => v + (v > 10000000 ? 1 : 0))(items.length);'],
  ],
  ['CurrencyMix', "charge({ currency: 'usd' })", ['currency: "eur"']],
  ['FeeTwice', 'const all = addFee(amount, rate)', ['addFee(addFee(amount, rate), rate)']],
  ['RemainderLost', 'const rest = cents % parts', ['0']],
  ['NumberShift', 'const LIMIT = 3', ['4', '2']],
  [
    'ExtraModelCall',
    'openai.chat.completions.create(prompt)',
    ['openai.chat.completions.create(prompt).catch(() => void 0), openai.chat.completions.create(prompt)'],
  ],
  ['BiggerModel', "ask({ model: 'gpt-4.1-mini' })", ['model: "gpt-4.1"']],
  ['ModelCapDropped', "ask({ model: 'm', max_completion_tokens: 80 })", ["{ model: 'm' }"]],
  [
    'NPlusOne',
    'async function f() { const all = await list(); for (const one of all) { use(one) } }',
    ['{ const all = await list(); for (const one of all) { await list(); use(one); } }'],
  ],
  [
    'ExtraRead',
    'async () => { const one = await client.items.retrieve(id) }',
    ['await client.items.retrieve(id), await client.items.retrieve(id)'],
  ],
  ['LocalTime', 'const day = date.getUTCDate()', ['date.getDate()']],
  ['LocalFormat', 'const text = date.toISOString()', ['date.toString()']],
  ['SecondsForMs', 'const now = clock.now()', ['clock.now() / 1000']],
  ['EpochUnits', 'const ms = seconds * 1000', ['seconds']],
  ['RealClock', 'const now = clock.now()', ['Date.now()']],
  ['OffsetSign', 'const local = ts + offsetMs', ['ts - offsetMs']],
  ['OffsetIgnored', 'const local = ts + tzOffset', ['ts']],
  ['MonthOffByOne', 'const month = date.getUTCMonth() + 1', ['date.getUTCMonth()']],
  ['ExpiryIgnored', 'if (Date.now() < openUntil) throw 0', ['true', 'false']],
  ['ScopeLeak', 'const mine = rows.filter((row) => row.owner === me)', ['rows']],
  ['PrefixMatch', 'const mine = row.account === account', ['String(row.account).startsWith(String(account))']],
  ['AuthzSkip', "if (!allowed) c.json({ error: 'no' }, 403)", [';']],
  ['ValidationDrop', 'z.number().min(1)', ['z.number()']],
  ['PiiInLog', "function f(user) { console.log('x'); send(user.email) }", ["console.log('x', user.email)"]],
  ['ErrorDetailLeak', "try { go() } catch (error) { c.json({ error: 'failed' }) }", ['error: String(error)']],
  ['EventDrop', "bus.emit('paid')", [';']],
  [
    'EventBeforeCommit',
    "async function f() { await pay(); console.log('paid') }",
    ["{ console.log('paid'); await pay(); }"],
  ],
  ['PropertyDrop', 'const body = { a: 1, b: 2 }', ['{ b: 2 }', '{ a: 1 }']],
  ['StaleRead', 'for (const order of orders.values()) use(order)', ['[...orders.values()].slice(0, -1)']],
  ['PageLimitIgnored', 'list({ limit: 10, all: true })', ['{ all: true }']],
  ['PageLimitIgnored', 'while (page.has_more) next()', ['false']],
  ['OffByOnePage', 'list({ page: n })', ['page: n + 1']],
  ['OffByOnePage', 'rows.slice(from, to)', ['rows.slice(from + 1, to)']],
  ['NullishZero', 'const n = given ?? 5', ['given || 5']],
]

const flat = (code: string): string => code.replace(/\s+/g, ' ').trim()

test.each(ROWS)('%s in: %s', async (mutator, line, expected) => {
  const { mutants, code } = await instrument([{ path: 'a.ts', text: line }], { families: ['domain'], word: 'm_test' })
  expect(mutants.filter((one) => one.mutator === mutator).map(({ replacement }) => flat(replacement))).toEqual(expected)
  // All of a file's mutants stand in one text, which has to be a program.
  const [text = ''] = code.values()
  await transform(text, { loader: 'ts' })
})

test('every fault has a line that shows it, and its class, severity and detector', () => {
  expect([...new Set(ROWS.map(([mutator]) => mutator))].sort()).toEqual(domainMutators.map(({ name }) => name).sort())
  expect(domainMutators.length).toBeGreaterThanOrEqual(66)
  for (const one of domainMutators)
    expect([one.class, one.severity, one.detector].every((text) => text.length > 3)).toBe(true)
})

test('a name in a destructuring is left alone', async () => {
  const { code } = await instrument([{ path: 'a.ts', text: 'const { amount, page = 1 } = body' }], {
    families: ['domain'],
    word: 'm_test',
  })
  const [text = ''] = code.values()
  await transform(text, { loader: 'ts' })
})
