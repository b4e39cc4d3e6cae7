import { createNetwork, type Network, type Placement } from '../twins/network.ts'
import { digest, type Json } from '../twins/trace.ts'
import { NotModelled, type Twin, type TwinDefinition } from '../twins/twin.ts'
import { wireTwins } from '../twins/wires.ts'
import { type Courier, createWorld, type DecisionLog, deriveSeed, type RunnableWorld } from '../twins/world.ts'
import { createInbound, type Inbound } from './inbound.ts'
import { createOutbound, type Outbound } from './outbound.ts'
import { type Answer, type Ending, type Escape, type Pending, RUN_SCHEMA, type Run } from './run.ts'
import type { CallStep, EventStep, Scenario, Step } from './scenario.ts'
import { paceOf } from './schedule.ts'
import {
  type Effect,
  type Instruction,
  type RunningSubject,
  type StartOptions,
  SubjectGone,
  type Turn,
} from './subject/subject.ts'
import { fill, fillText, type Known, Unresolved } from './template.ts'

/** A subject that has just started, and what it did while it loaded. */
export type Started = { readonly subject: RunningSubject; readonly boot: Turn }

export type ReplayOptions = {
  readonly seed: string
  readonly twins: readonly TwinDefinition<unknown>[]
  /** Starts the subject afresh and gives it with its boot turn. Throws `SubjectGone`. */
  readonly start: (options: StartOptions) => Promise<Started>
  /** Where the subject listens; by default the first port it listens on. */
  readonly port: number | undefined
  /** The origin under which twins know the subject, such as `https://billing.example.test`. */
  readonly publicOrigin: string | undefined
  readonly decisions: DecisionLog | undefined
}

/** A service gets so long, in virtual time, to listen before its first request. */
const BOOT_MS_MAX = 60_000
/** One-way network time of a request to the subject, drawn between the two. */
const DELIVERY_MS = { min: 5, max: 60 }
/** Turns in one run before it is called a loop. */
const TURNS_MAX = 200_000

const encoder = new TextEncoder()

/** Replays one scenario against one freshly started subject. Never throws for what the subject or a twin did: that is the run's ending. */
export async function replay(scenario: Scenario, options: ReplayOptions): Promise<Run> {
  const player = createPlayer(scenario, options)
  const ending = await player.play()
  return player.finish(ending)
}

type Player = { play(): Promise<Ending>; finish(ending: Ending): Run }

function createPlayer(scenario: Scenario, options: ReplayOptions): Player {
  const outbox: Instruction[] = []
  const send = (instruction: Instruction): void => void outbox.push(instruction)
  const courier: Courier = (delivery, done) => deliver(delivery, done)
  const world: RunnableWorld = createWorld({
    seed: deriveSeed(`${scenario.id}/${options.seed}`, 'world'),
    startsAt: scenario.clock,
    courier,
    pace: paceOf(scenario.schedule, options.seed),
    ...(options.decisions === undefined ? {} : { decisions: options.decisions }),
  })
  const escapes: Escape[] = []
  const escaped = (attempt: Omit<Escape, 'atMs'>): void => {
    world.trace.record('escape', { what: attempt.what })
    escapes.push({ ...attempt, atMs: world.clock.now() })
  }
  const network: Network = createNetwork(world, placements(scenario, options.twins))
  wireTwins(world, network, scenario.wires ?? [])
  const inbound: Inbound = createInbound(world, send)
  const reach = reachOf(scenario, options.twins)
  const outbound: Outbound = createOutbound(world, network, send, escaped, reach)
  const ports: number[] = []
  const answers = new Map<string, Answer>()
  const captures = new Map<string, Json>()
  const known: Known = { answers, captures }
  const causes: Record<string, string> = {}
  const steps = new Set(['boot'])
  const notStarted = new Map<string, number>()
  let subject: RunningSubject | undefined
  let turn: Turn | undefined
  let turns = 0
  /** Set when the subject is gone for a reason that ends the run, or (after a signal) as it was asked to. */
  let ending: Ending | undefined
  let down = false
  let signalled = false

  const end = (kind: Ending['kind'], message: string): void => {
    ending ??= { kind, message, atMs: world.clock.now() }
  }

  /** A step the subject names is a claim: one that was never opened counts as the subject's own doing. */
  const believed = (step: string): string => {
    if (steps.has(step)) return step
    escaped({
      what: `work on account of "${step.slice(0, 80)}", which no step opened`,
      where: 'the subject',
      wayOut: 'Steps come from the world alone.',
    })
    return 'boot'
  }

  // ---- what the subject did ----

  const take = async (effect: Effect): Promise<void> => {
    switch (effect.kind) {
      case 'listen':
        ports.push(effect.port)
        return
      case 'unlisten':
        ports.splice(0, ports.length, ...ports.filter((port) => port !== effect.port))
        return
      case 'connect':
        if (inbound.has(effect.id) || outbound.has(effect.id))
          return end('protocol', `the subject opened connection ${effect.id} twice`)
        return outbound.connect({ ...effect, step: believed(effect.step) })
      case 'data':
        if (inbound.has(effect.id)) return inbound.data(effect.id, effect.bytes)
        return outbound.data(effect.id, believed(effect.step), effect.bytes)
      case 'fin':
        inbound.end(effect.id)
        return outbound.finish(effect.id)
      case 'reset':
        inbound.broken(effect.id, effect.code)
        return outbound.close(effect.id)
      case 'log':
        return world.trace.record('app.log', { stream: effect.stream, text: effect.text }, believed(effect.step))
      case 'escape':
        return escaped({ what: effect.what, where: effect.where, wayOut: effect.wayOut })
      case 'exited':
        world.trace.record('app.exited', { code: effect.code, error: effect.error })
        down = true
        if (!signalled) end('exited', exitMessage(effect.code, effect.error, ports.length > 0 || answers.size > 0))
        ports.length = 0
        return
      default:
        effect satisfies never
    }
  }

  /**
   * Hands the queued instructions over and takes in what comes back, until nothing is queued. Each turn carries a lease as well: if
   * the instructions move the subject to nothing, its own timers may run on at once up to the world's next event, or up to `untilMs`.
   */
  const flush = async (untilMs = Number.NEGATIVE_INFINITY, alone = false): Promise<void> => {
    let instructions: Instruction[] = outbox.splice(0)
    while ((instructions.length > 0 || alone) && !down && subject !== undefined && ending === undefined) {
      turns += 1
      if (turns > TURNS_MAX) return end('hung', `still busy after ${TURNS_MAX} turns; does it poll without waiting?`)
      const leaseMs = Math.min(world.clock.nextAt() ?? Number.POSITIVE_INFINITY, untilMs + 1)
      if (leaseMs > world.clock.now()) instructions.push({ kind: 'run', untilMs: leaseMs })
      turn = subject.turn(world.clock.now(), instructions)
      world.clock.moveTo(turn.nowMs)
      for (const effect of turn.effects) await take(effect)
      instructions = outbox.splice(0)
      alone = false
    }
  }

  /** Runs whatever is due, world and subject in one order, until `done` or past `untilMs`. Ties go to the world. */
  const runUntil = async (untilMs: number, done: () => boolean = () => false): Promise<void> => {
    while (ending === undefined && !done()) {
      const mine = world.clock.nextAt() ?? Number.POSITIVE_INFINITY
      const theirs = down ? Number.POSITIVE_INFINITY : (turn?.nextMs ?? Number.POSITIVE_INFINITY)
      if (Math.min(mine, theirs) > untilMs) return
      if (mine <= theirs) {
        await world.clock.runNext()
        await flush(done() ? undefined : untilMs)
      } else await flush(untilMs, true)
    }
  }

  // ---- what happens to the subject ----

  const openStep = (step: string, from: string): void => {
    steps.add(step)
    if (step !== from) causes[step] = from
  }

  const ask = (step: CallStep, done: () => void): void => {
    const [port] = options.port === undefined ? ports : [options.port]
    openStep(step.id, step.id)
    if (port === undefined || !ports.includes(port)) {
      const listens = ports.length === 0 ? 'none' : ports.join(', ')
      if (!signalled)
        end('not-listening', `the service does not listen on ${port ?? 'any port'}; it listens on ${listens}`)
      inbound.refused(step.id, (answer) => void answers.set(step.id, answer))
      done()
      return
    }
    const headers = Object.entries(step.headers).map(([name, value]): readonly [string, string] => [
      name,
      fillText(value, known),
    ])
    const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted)
    if (!has('host'))
      headers.unshift([
        'Host',
        options.publicOrigin === undefined ? `localhost:${port}` : new URL(options.publicOrigin).host,
      ])
    if (options.publicOrigin !== undefined && !has(FORWARDED)) headers.push(...forwarded(options.publicOrigin))
    const text =
      step.body === undefined
        ? ''
        : 'json' in step.body
          ? JSON.stringify(fill(step.body.json, known))
          : fillText(step.body.text, known)
    if (step.body !== undefined && 'json' in step.body && !has('content-type'))
      headers.push(['Content-Type', 'application/json'])
    const target = fillText(step.path, known)
    inbound.ask({ step: step.id, port, method: step.method, target, headers, body: encoder.encode(text) }, (answer) => {
      answers.set(step.id, answer)
      for (const [name, path] of Object.entries(step.capture)) captures.set(name, fill(`{{${step.id}.${path}}}`, known))
      done()
    })
  }

  const deliver: Courier = (delivery, done) => {
    const step = `${world.cause.step}/${delivery.twin}.webhook/${delivery.id}`
    const fail = (reason: 'refused' | 'timeout' | 'reset'): void => {
      world.trace.record('delivery.failed', { id: delivery.id, reason })
      done({ kind: 'failed', reason })
    }
    const afterMs = world.latency(step, DELIVERY_MS)
    const target = subjectTarget(delivery.url, options.publicOrigin, ports, options.port)
    world.clock.schedule(
      afterMs,
      () => {
        if (target === undefined || down) return fail('refused')
        openStep(step, world.cause.step)
        let over = false
        const settle = (task: () => void): void => {
          if (over) return
          over = true
          task()
        }
        const giveUp = world.clock.schedule(
          delivery.timeoutMs,
          () =>
            settle(() => {
              inbound.hangUp(step)
              fail('timeout')
            }),
          `${step} timeout`,
        )
        const headers: (readonly [string, string])[] = [
          ['Host', new URL(delivery.url).host],
          ...forwarded(delivery.url),
          ...delivery.headers,
        ]
        const body = encoder.encode(delivery.body)
        inbound.ask(
          { step, port: target.port, method: delivery.method ?? 'POST', target: target.path, headers, body },
          (answer) =>
            settle(() => {
              giveUp()
              if (answer.status === 0) return fail('reset')
              done({
                kind: 'answer',
                status: answer.status,
                body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body),
              })
            }),
        )
      },
      `${step} delivery`,
    )
  }

  /** Starts one step on its own account; `done` is called when it has been answered, or has happened. */
  const start = (step: Step, done: () => void): void | Promise<void> => {
    notStarted.delete(step.id)
    return world.within({ step: step.id, key: step.id }, () => {
      switch (step.kind) {
        case 'call':
          return ask(step, done)
        case 'event': {
          const twin = network.twins.get(step.twin)
          if (twin === undefined)
            return end('unresolved', `step ${step.id}: no twin "${step.twin}" stands in this world`)
          openStep(step.id, step.id)
          world.trace.record('event', { id: step.id, twin: step.twin, event: step.event })
          happen(twin, step, fill(step.fields, known))
          return done()
        }
        case 'fault':
          world.faults.add(step.fault)
          return done()
        case 'heal':
          world.faults.heal(step.on)
          return done()
        case 'pass':
          world.clock.schedule(step.passMs, done, `step ${step.id}`)
          return
        case 'signal':
          openStep(step.id, step.id)
          signalled = true
          world.trace.record('app.signal', { name: step.signal })
          send({ kind: 'signal', name: step.signal })
          return done()
        case 'together': {
          const order = [...step.calls]
            .map((call) => ({ call, rank: world.decide(`${step.id}/${call.id}/order`, (rng) => rng.float()) }))
            .sort((a, b) => a.rank - b.rank)
          let left = order.length
          const one = (): void => {
            left -= 1
            if (left === 0) done()
          }
          for (const { call } of order) world.clock.schedule(0, () => start(call, one), `step ${call.id}`)
          return
        }
        default:
          step satisfies never
      }
    })
  }

  /** Steps with a time start then; the others when the step before is done. */
  const plan = (): void => {
    const run = (at: number): void => {
      const step = scenario.when[at]
      if (step === undefined) return
      world.clock.schedule(0, () => start(step, () => follow(at + 1)), `step ${step.id}`)
    }
    const follow = (at: number): void => {
      if (scenario.when[at]?.atMs === undefined) run(at)
    }
    scenario.when.forEach((step, at) => {
      for (const each of step.kind === 'together' ? [step, ...step.calls] : [step])
        notStarted.set(each.id, world.clock.now())
      if (step.atMs === undefined && at > 0) return
      const delayMs = Math.max(0, world.startsAtMs + (step.atMs ?? 0) - world.clock.now())
      world.clock.schedule(delayMs, () => start(step, () => follow(at + 1)), `step ${step.id}`)
    })
  }

  const play = async (): Promise<Ending> => {
    try {
      const seed = deriveSeed(`${scenario.id}/${options.seed}`, 'subject')
      const started = await options.start({ seed, epochMs: world.startsAtMs, reach: [...reach] })
      subject = started.subject
      turn = started.boot
      for (const effect of turn.effects) await take(effect)
      await flush()
      await runUntil(world.startsAtMs + BOOT_MS_MAX, () => ports.length > 0)
      if (ports.length === 0)
        end('not-listening', `the service listens on no port after ${BOOT_MS_MAX / 1000} virtual seconds`)
      plan()
      const horizonMs = world.startsAtMs + scenario.horizonMs
      await runUntil(horizonMs)
      if (ending === undefined) world.clock.moveTo(Math.max(horizonMs, world.clock.now()))
    } catch (error) {
      if (error instanceof SubjectGone) end(error.kind, error.message)
      else if (error instanceof NotModelled) end('not-modelled', error.message)
      else if (error instanceof Unresolved) end('unresolved', error.message)
      else end('bug', error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    return ending ?? { kind: 'horizon', message: 'the horizon is reached', atMs: world.clock.now() }
  }

  const finish = (how: Ending): Run => {
    const pending: Pending[] = [
      ...inbound.pending,
      ...outbound.pending,
      ...[...notStarted].map(([step, sinceMs]) => ({ what: `step ${step} was never reached`, step, sinceMs })),
    ]
    const states = Object.fromEntries([...network.twins].map(([name, twin]) => [name, twin.snapshot()]))
    const draws = turn?.draws ?? {}
    return {
      schema: RUN_SCHEMA,
      scenario: scenario.id,
      seed: options.seed,
      tier: subject?.tier ?? 'D3',
      startsAtMs: world.startsAtMs,
      endedAtMs: world.clock.now(),
      ending: how,
      trace: world.trace.events,
      hash: digest({ trace: world.trace.hash(), states, draws, ending: how.kind, pending }),
      decisions: world.decisions,
      draws,
      states,
      answers: Object.fromEntries(answers),
      causes,
      bill: world.money.bill,
      pending,
      escapes,
      turns,
    }
  }

  return { play, finish }
}

/** The twins of a run with their starting states. */
function placements(scenario: Scenario, twins: readonly TwinDefinition<unknown>[]): readonly Placement[] {
  return twins.map((definition) => ({ definition, seed: definition.seed.parse(scenario.given[definition.name] ?? {}) }))
}

/** Origins whose connections nothing in a scenario refuses: the subject need not wait a turn to learn that they stand. */
function reachOf(scenario: Scenario, twins: readonly TwinDefinition<unknown>[]): ReadonlySet<string> {
  if (scenario.when.some((step) => step.kind === 'fault' && step.fault.kind === 'refused')) return new Set()
  return new Set(twins.flatMap(({ origins }) => origins.filter((origin) => /^https?:[^*]+$/.test(origin))))
}

const FORWARDED = 'x-forwarded-proto'
/** The subject speaks plain HTTP; what is asked by https comes through something that ends TLS, and says so, as it would in production. */
const forwarded = (url: string): readonly (readonly [string, string])[] =>
  new URL(url).protocol === 'https:' ? [['X-Forwarded-Proto', 'https']] : []

/** Twins refuse in plain words what cannot happen to them as they are: the scenario asks for it too soon, or the subject has not led there. */
function happen(twin: Twin, { id, event, place }: EventStep, fields: Json): void {
  try {
    twin.happen(event, fields)
  } catch (error) {
    // A bug of the twin's own stays one.
    if (!(error instanceof Error) || error.constructor !== Error) throw error
    throw new Unresolved(`step ${id} (${place.file}:${place.line}:${place.column}): ${error.message}`)
  }
}

const exitMessage = (code: number, error: string | undefined, served: boolean): string => {
  if (error !== undefined) return `the service crashed: ${wordsOf(error)}`
  return served
    ? `the service exited with code ${code}`
    : `the service exited with code ${code} before it listened on a port`
}

/** The first lines of a stack. A mistake of syntax has the place and the line before its name: the name goes first. */
function wordsOf(stack: string): string {
  const lines = stack.split('\n')
  const name = lines.findIndex((line) => /^[A-Za-z.]*(Error|Exception)\b/.test(line))
  const head = name > 0 ? [lines[name] ?? '', ...lines.slice(0, name).filter((line) => line.trim() !== '')] : lines
  return head.slice(0, 4).join('\n')
}

/** Port and path of a delivery, when its URL is the subject's. */
function subjectTarget(
  url: string,
  publicOrigin: string | undefined,
  ports: readonly number[],
  port: number | undefined,
): { readonly port: number; readonly path: string } | undefined {
  const { origin, hostname, port: named, pathname, search } = new URL(url)
  const [first] = port === undefined ? ports : [port]
  const path = pathname + search
  if (publicOrigin !== undefined && origin === new URL(publicOrigin).origin)
    return first === undefined ? undefined : { port: first, path }
  if (hostname === 'localhost' || hostname === '127.0.0.1') return { port: Number(named || '80'), path }
  return undefined
}
