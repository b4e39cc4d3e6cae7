import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { loudly } from '../gaps.ts'
import { PAGE_SPEC, page } from '../lists.ts'
import { integer, required, string } from '../params.ts'
import type { TestClock } from '../state.ts'
import { deleteClock, newClock, startAdvance, testClockBody } from '../test-clocks.ts'
import { deletedBody } from '../wire.ts'

export function addTestClocks(account: Account, serve: Serve): void {
  const { state } = account
  const clockAt = (id: string): TestClock => {
    const clock = state.test_clocks.get(id)
    if (clock === undefined) throw missing('test clock', id, 'test_clock', 404)
    return clock
  }
  serve({
    name: 'test_helpers.test_clocks.create',
    route: 'POST /v1/test_helpers/test_clocks',
    spec: {
      frozen_time: required(integer(0)),
      name: string(300),
      ...loudly('customer', 'customers that come to a test clock later'),
    },
    gives: 'test_helpers.test_clock',
    run: ({ frozen_time, name = null }) => testClockBody(newClock(account, frozen_time, name)),
  })
  serve({
    name: 'test_helpers.test_clocks.retrieve',
    route: 'GET /v1/test_helpers/test_clocks/:id',
    spec: {},
    gives: 'test_helpers.test_clock',
    run: (_, at) => testClockBody(clockAt(at('id'))),
  })
  serve({
    name: 'test_helpers.test_clocks.list',
    route: 'GET /v1/test_helpers/test_clocks',
    spec: PAGE_SPEC,
    gives: 'test_helpers.test_clock',
    list: true,
    run: (params) => page('/v1/test_helpers/test_clocks', 'test clock', state.test_clocks.all(), params, testClockBody),
  })
  serve({
    name: 'test_helpers.test_clocks.advance',
    route: 'POST /v1/test_helpers/test_clocks/:id/advance',
    spec: { frozen_time: required(integer(0)) },
    gives: 'test_helpers.test_clock',
    run({ frozen_time }, at) {
      const clock = clockAt(at('id'))
      startAdvance(account, clock, frozen_time)
      return testClockBody(clock)
    },
  })
  serve({
    name: 'test_helpers.test_clocks.delete',
    route: 'DELETE /v1/test_helpers/test_clocks/:id',
    spec: {},
    gives: 'test_helpers.test_clock',
    run(_, at) {
      const { id } = clockAt(at('id'))
      deleteClock(account, clockAt(id))
      return deletedBody('test_helpers.test_clock', id)
    },
  })
}
