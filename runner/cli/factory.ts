import type { KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { newKey, readPrivateKey, readPublicKey } from '../evidence/key.ts'
import { verifyEvidence } from '../evidence/verify.ts'
import { evidenceFolder, writeEvidence } from '../evidence/write.ts'
import { Interrupted } from '../factory/attempt.ts'
import { runFactory } from '../factory/factory.ts'
import type { FactoryStart, JudgeCandidate, Settled } from '../factory/options.ts'
import { type FactoryOutcome, OUTCOME_EXIT } from '../factory/outcome.ts'
import { createFactoryProgress, gateProgress } from '../factory/progress.ts'
import { printOutcome, printPullRequest } from '../factory/report.ts'
import { readDuration, readUsd } from '../factory/settings.ts'
import { type FetchPage, stopSwitch } from '../factory/stop.ts'
import type { GateRecord } from '../gate/context.ts'
import { gate } from '../gate/gate.ts'
import { UsageError } from '../gate/workspace.ts'
import { createHttpExchange, EXCHANGE_LIMITS } from '../hook/exchange.ts'
import { newToken, REAL } from '../hook/real.ts'
import { CONFIG, type Project } from '../project.ts'
import { printMarkdown } from '../report/markdown.ts'
import { verdictSchema } from '../report/verdict.ts'
import { writeWhole } from '../store/artefact.ts'
import { dataFolder } from '../store/data-folder.ts'
import { chooseAgents, type FactoryAgentFlags } from './factory-agents.ts'
import { judgeOf } from './judge.ts'
import type { OnOpen } from './open.ts'

type Options = Readonly<Record<string, unknown>>
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/** `backlot factory`: builds what the command line asks for, waits, and tells how it came out. */
export async function runFactoryCommand(brief: string, options: Options, onOpen: OnOpen): Promise<void> {
  const project = text(options.project) ?? projectOf(brief)
  const abort = new AbortController()
  const open = new Set<() => Promise<void>>()
  const working = Promise.withResolvers<void>()
  onOpen(async () => {
    abort.abort()
    await Promise.all([...open].map((close) => close()))
    await Promise.race([working.promise, REAL.sleep(CANCEL_MS)])
  })
  try {
    const outcome = await runFactory(startOf({ brief, project, options, signal: abort.signal, open }))
    tell(outcome, options)
    process.exitCode = OUTCOME_EXIT[outcome.kind]
  } catch (error) {
    // The handler of the signal says so and ends the process.
    if (!(error instanceof Interrupted)) throw error
  } finally {
    working.resolve()
  }
}

/** How long agents get to hear that they are cancelled. */
const CANCEL_MS = 8000

/** The nearest folder with backlot.yaml, from the brief upwards. */
function projectOf(brief: string): string {
  for (let at = resolve(dirname(brief)); ; at = dirname(at)) {
    if (existsSync(join(at, CONFIG))) return relative(process.cwd(), at) || '.'
    if (at === dirname(at)) return '.'
  }
}

type Given = {
  readonly brief: string
  readonly project: string
  readonly options: Options
  readonly signal: AbortSignal
  readonly open: Set<() => Promise<void>>
}

function startOf(given: Given): FactoryStart {
  const { brief, project, options, signal } = given
  const keyFile = text(options.key) ?? ownKey()
  const progress = createFactoryProgress(process.stderr, REAL.now, every)
  return {
    brief,
    project,
    base: text(options.base),
    branch: text(options.branch),
    fresh: options.fresh === true,
    settle: (read) => settle(read, given, progress.note),
    judge: judgeWithGate(given, readPrivateKey(keyFile)),
    approved: approvedBy(keyFile),
    progress,
    now: REAL.now,
    token: newToken,
    signal,
  }
}

/** The key that signs when none is named: this user's own, made when it is first needed. Agents cannot read it from their box. */
function ownKey(): string {
  const file = join(dataFolder(), 'gate.pem')
  mkdirSync(dirname(file), { recursive: true })
  if (!existsSync(file)) newKey(file)
  return file
}

/** Calls back again and again until it is told to end. */
function every(ms: number, task: () => void): () => void {
  const over = new AbortController()
  const next = (): void =>
    void REAL.sleep(ms, over.signal).then(
      () => {
        task()
        next()
      },
      () => undefined,
    )
  next()
  return () => over.abort()
}

/** What the command line says, and where it says nothing the base's backlot.yaml. */
function settle({ config }: Project, { project, options }: Given, note: (text: string) => void): Settled {
  const { factory, hook } = config
  const wallMs = durationOf('--timeout', text(options.timeout) ?? factory.timeout)
  const answerMs = durationOf('answer-timeout', factory['answer-timeout'])
  const budget = text(options.budgetUsd) ?? factory['budget-usd']
  const { agent, critic } = chooseAgents(options as FactoryAgentFlags, {
    project,
    hook,
    environment: process.env,
    note,
  })
  return {
    agent,
    critic,
    limits: {
      attempts: number(options.attempts) ?? factory.attempts,
      microUsd: budget === undefined ? undefined : usdOf(budget),
      wallMs,
      answerMs,
    },
    parallel: number(options.parallel) ?? factory.parallel,
    remotes: hook?.remotes ?? [],
    stop: stopSwitch(resolve(project), factory.stop, fetchPage),
  }
}

const PAGE_MS = 5000
const PAGE_BYTES = 4096

/** Reads the page of the kill switch, on a private network too: that is where it will be. */
const fetchPage: FetchPage = async (url) => {
  const exchange = createHttpExchange(REAL, { privateNetwork: true })
  const limits = { ...EXCHANGE_LIMITS, connectMs: PAGE_MS, headersMs: PAGE_MS, totalMs: PAGE_MS, bodyBytes: PAGE_BYTES }
  const ask = { method: 'GET', url: new URL(url), headers: { accept: 'text/plain' } } as const
  const { status, body } = await exchange(ask, limits, new AbortController().signal)
  return { status, text: body.toString('utf8') }
}

function durationOf(name: string, value: string): number {
  const ms = readDuration(value)
  if (ms === undefined) throw new UsageError(`expected ${name} to be a duration such as 30m, got "${value}".`)
  return ms
}

function usdOf(value: string): number {
  const microUsd = readUsd(value)
  if (microUsd === undefined)
    throw new UsageError(`expected --budget-usd to be an amount such as 5.00, got "${value}".`)
  return microUsd
}

/** The gate in this process, and what it signs of its verdict. */
function judgeWithGate({ project, options, open }: Given, key: KeyObject): JudgeCandidate {
  return async ({ patch, base, agent, critic, producer, evidence, said }) => {
    let record: GateRecord | undefined
    let close: (() => Promise<void>) | undefined
    const verdict = await gate({
      project,
      base,
      candidate: shown(patch),
      jobs: number(options.jobs) ?? Math.min(4, availableParallelism()),
      shrink: true,
      certify: false,
      progress: gateProgress(said),
      now: REAL.now,
      agent,
      critic,
      judge: judgeOf,
      today: new Date(REAL.now()).toISOString().slice(0, 10),
      approveCommand: (tree) => `npx backlot approve ${shown(evidenceFolder(evidence, tree))} --as NAME --key FILE`,
      onRecord(made) {
        record = made
      },
      onOpen(closing) {
        close = closing
        open.add(closing)
      },
    })
    if (close !== undefined) open.delete(close)
    if (record === undefined) return { verdict, evidence: null }
    const at = new Date(REAL.now()).toISOString()
    const platform = `${process.platform} ${process.arch}`
    const { path } = writeEvidence({ folder: evidence, verdict, record, key, at, platform, producer })
    return { verdict, evidence: resolve(path) }
  }
}

/** Evidence of our own key that passes by now, with the approvals that came since. */
const approvedBy =
  (keyFile: string): FactoryStart['approved'] =>
  (evidence) =>
    verifyEvidence(evidence, [readPublicKey(keyFile)]).status === 'pass'

const shown = (path: string): string => relative(realpathSync(process.cwd()), path) || path

function tell(outcome: FactoryOutcome, options: Options): void {
  const body = text(options.prBody)
  if (body !== undefined && outcome.kind === 'released') {
    const path = outcome.attempts.find(({ attempt }) => attempt === outcome.attempt)?.verdict
    const judged: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'))
    const verdict = verdictSchema.parse((judged as { readonly verdict: unknown }).verdict)
    writeWhole(body, printPullRequest(outcome, printMarkdown(verdict)))
  }
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  if (options.json === true) {
    process.stderr.write(printOutcome(outcome, { colour: false }))
    process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  } else process.stdout.write(printOutcome(outcome, { colour }))
}
