export { type Cancel, type Clock, VirtualClock } from './clock.ts'
export { FAULT_KINDS, type Fault, type FaultKind, type FaultPlan } from './faults.ts'
export type { FidelityProfile, Ignore } from './fidelity.ts'
export { type Exchange, parseHar, type Recording, readHar } from './har.ts'
export { type Bill, type CostLine, type Meter, type Price, type PriceList, sum, totals } from './money.ts'
export {
  createNetwork,
  type Network,
  type Placement,
  type PromptAnswer,
  settled,
  type WireAnswer,
  type WireRequest,
} from './network.ts'
export { createRng, type Rng } from './rng.ts'
export { type Call, type Calls, createCalls, type Peer, type StreamEnd, type Waiting } from './stream.ts'
export { canonical, digest, type Json, type Recorder, type Trace, type TraceEvent } from './trace.ts'
export {
  createTwinApp,
  type Gap,
  type HeaderOf,
  NotModelled,
  notModelled,
  type Twin,
  type TwinApp,
  type TwinDefinition,
  type Wait,
} from './twin.ts'
export { deliverWithRetries, type RetrySchedule } from './webhooks.ts'
export { type Wire, wireTwins } from './wires.ts'
export {
  type Cause,
  createWorld,
  type DecisionLog,
  type Delivery,
  type DeliveryOutcome,
  type RunnableWorld,
  type World,
} from './world.ts'
