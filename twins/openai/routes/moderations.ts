import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { GAPS } from '../gaps.ts'
import { checkKey } from '../guard.ts'
import { CATEGORIES, type Item, type Seed } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'
import { textOf, UNREADABLE } from './input.ts'

/** https://developers.openai.com/api/docs/guides/moderation (2026-11-26). */
const MODELS = ['omni-moderation-latest', 'omni-moderation-2024-09-26']
/** What an image can be found to be: openai 7.57, Moderation.CategoryAppliedInputTypes. */
const OF_IMAGES: readonly string[] = [
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'violence',
  'violence/graphic',
]

/** One entry an input; parts of one input, such as a text and an image, are judged together. */
function readInputs(input: unknown): readonly { readonly text: string; readonly image: boolean }[] | undefined {
  if (typeof input === 'string') return [{ text: input, image: false }]
  if (!Array.isArray(input) || input.length === 0) return undefined
  if (input.every((one) => typeof one === 'string')) return input.map((text: string) => ({ text, image: false }))
  const text = textOf(input)
  return [{ text: text.replaceAll(UNREADABLE, ''), image: text.includes(UNREADABLE) }]
}

/** What is found is the script's: `moderations` of the seed. It costs nothing. */
export function addModerationRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on('moderations.create', 'POST /v1/moderations', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const body = (await c.req.json().catch(() => ({}))) as Record<string, unknown>
    const model = body.model ?? MODELS[0]
    if (typeof model !== 'string' || !MODELS.includes(model))
      return refusal(
        404,
        errorBody(
          `The model '${String(model)}' does not exist or you do not have access to it.`,
          'invalid_request_error',
          null,
          'model_not_found',
        ),
      )
    if (body.input === undefined)
      return invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
    const inputs = readInputs(body.input)
    if (inputs === undefined) return invalid("Invalid type for 'input'.", 'input', 'invalid_type')
    const rows = seed.moderations
    if (rows === undefined) throw notModelled('openai', GAPS, 'moderation without a script')
    const results = inputs.map(({ text, image }): Item => {
      const flags = rows.find(({ contains }) => text.includes(contains))?.flags ?? []
      const byCategory = <T>(make: (category: string) => T): Record<string, T> =>
        Object.fromEntries(CATEGORIES.map((category) => [category, make(category)]))
      const draw = world.draw('moderation')
      return {
        flagged: flags.length > 0,
        categories: byCategory((category) => flags.includes(category)),
        category_scores: byCategory((category) => (flags.includes(category) ? 0.9 : 0) + draw.int(1, 999) / 100_000),
        category_applied_input_types: byCategory((category) => [
          ...(text === '' ? [] : ['text']),
          ...(image && OF_IMAGES.includes(category) ? ['image'] : []),
        ]),
      }
    })
    return c.json({ id: world.id('modr-', 24), model, results } as never, 200, commonHeaders(world))
  })
}
