import { expect, test } from 'vitest'
import { virtualSql } from '../../../twins/postgres/server/virtual.ts'
import { mainOperation, operationOf, statementsOf, tokensOf } from '../../../twins/postgres/sql.ts'
import { createRng } from '../../../twins/rng.ts'

test.each([
  ['select 1; select 2;', ['select 1', 'select 2']],
  ["select ';'; select $$;$$; select $a$ $$;$$ $a$", ["select ';'", 'select $$;$$', 'select $a$ $$;$$ $a$']],
  ["select E'\\';' -- ; and '\n; select \";\"", ["select E'\\';' -- ; and '", 'select ";"']],
  ['/* ; /* ; */ ; */ select 1', ['/* ; /* ; */ ; */ select 1']],
  [
    'create function f() returns int begin atomic select 1; select case when true then 2 end; end; select 3',
    ['create function f() returns int begin atomic select 1; select case when true then 2 end; end', 'select 3'],
  ],
  ["insert into t values ('it''s; so')", ["insert into t values ('it''s; so')"]],
  [' ; ;; ', []],
])('%s is cut into its statements', (sql, expected) => {
  expect(statementsOf(sql).map(({ text }) => text)).toEqual(expected)
})

test('tokens add up to what they were cut from, however odd it is', () => {
  const pieces = ["'", '"', '$$', '$a$', '/*', '*/', '--', '\n', ';', 'select', ' ', "E'", '\\', 'é', '1.5', '(', '$1']
  const rng = createRng('tokens')
  for (let at = 0; at < 2000; at++) {
    const sql = Array.from({ length: rng.int(0, 12) }, () => rng.pick(pieces)).join('')
    expect(
      tokensOf(sql)
        .map(({ raw }) => raw)
        .join(''),
    ).toBe(sql)
  }
})

test.each([
  ['SELECT 1', 'select'],
  ['with x as (select 1) select * from x for update', 'select'],
  ['with x as (delete from t returning *) select * from x', 'delete'],
  ['WITH x AS (SELECT 1) UPDATE t SET a = 1', 'update'],
  ['start transaction read only', 'begin'],
  ['END', 'commit'],
  ['rollback to savepoint a', 'other'],
  ['rollback', 'rollback'],
  ['truncate t', 'delete'],
  ['-- a comment\ninsert into t values (1)', 'insert'],
])('%s is an operation of kind %s', (sql, operation) => {
  expect(statementsOf(sql).map(operationOf)).toEqual([operation])
})

test('several statements are called by the first that does something', () => {
  expect(mainOperation(statementsOf('begin; set local x = 1; update t set a = 1; commit'))).toBe('update')
  expect(mainOperation(statementsOf('begin'))).toBe('begin')
})

test.each([
  ['select current_date', 'select pg_catalog."current_date"()'],
  ['select CURRENT_TIMESTAMP(3), localtime', 'select pg_catalog."current_timestamp"(3), pg_catalog."localtime"()'],
  ['select \'current_date\', "current_date"', 'select \'current_date\', "current_date"'],
  [
    'select x.current_date, 1 as current_date -- current_date',
    'select x.current_date, 1 as current_date -- current_date',
  ],
  [
    'create function f() returns date language sql as $$ select current_date $$',
    'create function f() returns date language sql as $$ select pg_catalog."current_date"() $$',
  ],
  ['insert into t values ($$ current_date $$)', 'insert into t values ($$ current_date $$)'],
])('the present in %s is asked of the world', (sql, expected) => {
  expect(virtualSql(sql)).toBe(expected)
})
