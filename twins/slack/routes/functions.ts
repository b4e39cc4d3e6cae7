import { type Ask, type Handlers, json, needed, SlackError } from '../ask.ts'
import { emit } from '../events.ts'
import { EVERY_SCOPE } from '../methods.ts'
import { type Execution, type Fields, isFields } from '../state.ts'
import type { Workspace } from '../workspace.ts'

/** A token that comes with a function's run is good for a quarter of an hour: https://docs.slack.dev/workflows/creating-custom-functions (2026-11-26). */
const TOKEN_S = 900

/** A workflow reaches a step of the app's: it is told, and has to say how it went. https://docs.slack.dev/reference/events/function_executed (2026-11-26). */
export function execute(ws: Workspace, callback_id: string, inputs: Fields): void {
  const id = ws.newId('Fx', ws.store.executions)
  const token = `xwfp-${ws.world.draw('function token').text(40)}`
  const scopes = ws.seed.tokens?.find(({ type = 'bot' }) => type === 'bot')?.scopes ?? EVERY_SCOPE
  const until_s = ws.nowS() + TOKEN_S
  ws.store.tokens.put({ id: token, kind: 'bot', user: ws.app.bot_user, scopes, revoked: false, until_s })
  ws.store.executions.put({ id, callback_id, state: 'running', outputs: {}, error: '' })
  ws.note('function.executed', { id, callback_id, inputs })
  const known = Math.floor(ws.world.startsAtMs / 1000)
  const parameter = (name: string): Fields => ({ type: 'string', name, title: name, is_required: true })
  emit(ws, 'function_executed', {
    type: 'function_executed',
    function: {
      id: `Fn${ws.app.id.slice(1)}`,
      callback_id,
      title: callback_id,
      description: '',
      type: 'app',
      input_parameters: Object.keys(inputs).map(parameter),
      output_parameters: [],
      app_id: ws.app.id,
      date_created: known,
      date_updated: known,
      date_deleted: 0,
    },
    inputs,
    function_execution_id: id,
    workflow_execution_id: `Wx${id.slice(2)}`,
    event_ts: ws.nextTs(),
    bot_access_token: token,
  })
}

function runningOf(ask: Ask): Execution {
  const execution = ask.ws.store.executions.get(needed(ask, 'function_execution_id'))
  if (execution === undefined) throw new SlackError('function_execution_not_found')
  if (execution.state !== 'running') throw new SlackError('execution_not_in_running_state')
  return execution
}

function settle({ ws }: Ask, execution: Execution, changes: Partial<Execution>): Fields {
  const { id, callback_id, state, outputs, error } = ws.store.executions.put({ ...execution, ...changes })
  ws.note(state === 'completed' ? 'function.completed' : 'function.failed', { id, callback_id, outputs, error })
  return {}
}

export const FUNCTIONS: Handlers = {
  'functions.completeSuccess'(ask) {
    const outputs = json(ask, 'outputs')
    const execution = runningOf(ask)
    if (!isFields(outputs)) throw new SlackError('parameter_validation_failed')
    return settle(ask, execution, { state: 'completed', outputs })
  },
  'functions.completeError': (ask) => settle(ask, runningOf(ask), { state: 'failed', error: needed(ask, 'error') }),
}
