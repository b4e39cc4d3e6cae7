import { z } from 'zod'
import {
  agentDocumentSchema,
  cancelRequestSchema,
  changeRequestSchema,
  changeResultSchema,
  changeSchema,
  critiqueRequestSchema,
  critiqueResultSchema,
  feedbackItemSchema,
  judgeRequestSchema,
  judgeResultSchema,
  problemSchema,
  taskStateSchema,
  usageSchema,
} from './contract.ts'
import { PROBLEMS } from './failure.ts'

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  AgentDocument: agentDocumentSchema,
  CancelRequest: cancelRequestSchema,
  Change: changeSchema,
  ChangeRequest: changeRequestSchema,
  ChangeResult: changeResultSchema,
  ChangeTask: taskStateSchema(changeResultSchema),
  CritiqueRequest: critiqueRequestSchema,
  CritiqueResult: critiqueResultSchema,
  CritiqueTask: taskStateSchema(critiqueResultSchema),
  FeedbackItem: feedbackItemSchema,
  JudgeRequest: judgeRequestSchema,
  JudgeResult: judgeResultSchema,
  JudgeTask: taskStateSchema(judgeResultSchema),
  Problem: problemSchema,
  Usage: usageSchema,
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: object, media = 'application/json'): object => ({ content: { [media]: { schema } } })
const refusals = (...codes: readonly (keyof typeof PROBLEMS)[]): Record<string, object> => {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code])
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      `${status}`,
      { description: same.join(', '), ...json(ref('Problem'), 'application/problem+json') },
    ]),
  )
}

const header = (name: string, description: string, required = false): object => ({
  name,
  in: 'header',
  description,
  required,
  schema: { type: 'string' },
})
const SIGNED = [
  header('webhook-id', 'Equals the idempotency key: the same on every delivery of one message. No dots.'),
  header('webhook-timestamp', 'Unix seconds, at most 300 away.'),
  header(
    'webhook-signature',
    'Standard Webhooks: v1,<HMAC-SHA256> over id.timestamp.body, several separated by spaces.',
  ),
]
const ASKED = [
  ...SIGNED,
  header(
    'idempotency-key',
    'A quoted string. The same key and body: the same answer. The same key, another body: 422.',
  ),
  header('prefer', 'respond-async'),
  header('traceparent', 'W3C trace context.'),
]

const question = (summary: string, request: string, result: string): object => ({
  post: {
    summary,
    parameters: ASKED,
    requestBody: { required: true, ...json(ref(request)) },
    responses: {
      200: { description: 'The result, when it is there at once.', ...json(ref(result)) },
      202: {
        description: 'Accepted. The task is looked at under Location, not before Retry-After.',
        headers: {
          Location: {
            description: 'On the same origin; any other is refused.',
            required: true,
            schema: { type: 'string' },
          },
          'Retry-After': { description: 'Seconds.', schema: { type: 'string' } },
        },
      },
      ...refusals(
        'invalid-body',
        'unsupported-version',
        'bad-signature',
        'agent-not-registered',
        'superseded',
        'too-large',
        'unsupported-media',
        'idempotency-mismatch',
        'unsupported-reply',
        'busy',
        'attempts-exhausted',
        'agent-error',
        'paused',
      ),
    },
  },
})

const PATHS = {
  '/v1/agent': {
    get: {
      summary: 'Who the agent is and what it takes',
      parameters: SIGNED,
      responses: { 200: { description: 'The agent.', ...json(ref('AgentDocument')) }, ...refusals('bad-signature') },
    },
  },
  '/v1/changes': question('Change the base so that the goal is met', 'ChangeRequest', 'ChangeResult'),
  '/v1/critiques': question('Object to a change, or not', 'CritiqueRequest', 'CritiqueResult'),
  '/v1/judgements': question('Do these trajectories satisfy a requirement?', 'JudgeRequest', 'JudgeResult'),
  '/v1/tasks/{task}': {
    parameters: [{ name: 'task', in: 'path', required: true, schema: { type: 'string' } }],
    get: {
      summary: 'How a task stands. Servers may choose other paths: Location says which.',
      parameters: SIGNED,
      responses: {
        200: {
          description: 'Its state.',
          ...json({ oneOf: [ref('ChangeTask'), ref('CritiqueTask'), ref('JudgeTask')] }),
        },
        ...refusals('bad-signature', 'unknown-change', 'superseded', 'expired'),
      },
    },
  },
  '/v1/tasks/{task}/cancel': {
    parameters: [{ name: 'task', in: 'path', required: true, schema: { type: 'string' } }],
    post: {
      summary: 'Give a task up. Twice is the same as once; a result that comes later does not count.',
      parameters: SIGNED,
      requestBody: { required: true, ...json(ref('CancelRequest')) },
      responses: {
        202: { description: 'Given up.' },
        ...refusals('invalid-body', 'bad-signature', 'unknown-change', 'expired'),
      },
    },
  },
}

/** The contract as an OpenAPI 3.1 document, made from the schemas that both sides use. */
export function hookOpenApi(): object {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` })
  const components = Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  )
  return {
    openapi: '3.1.1',
    info: {
      title: 'Backlot hook',
      version: '1.0',
      description: 'The contract by which any agent generates, critiques or judges. Guide: docs/guides/hook.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: PATHS,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: components,
    },
    security: [{}, { bearer: [] }],
  }
}
