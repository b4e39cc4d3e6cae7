import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { CreditNote, Invoice } from '../billing-state.ts'
import { creditLineBody, creditNoteBody, draftNote, issue, voidNote } from '../credit-notes.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import {
  choice,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
} from '../params.ts'
import { checkRates, taxRatesField } from '../taxes.ts'

const TAX = 'tax and other parts of billing'

const spec = {
  invoice: required(string()),
  amount: integer(0),
  credit_amount: integer(0),
  effective_at: integer(),
  email_type: choice('credit_note', 'none'),
  lines: list(
    object({
      type: required(choice('custom_line_item', 'invoice_line_item')),
      amount: integer(0),
      description: string(),
      invoice_line_item: string(),
      metadata: metadata(),
      quantity: integer(0),
      tax_rates: taxRatesField(),
      unit_amount: integer(),
      ...loudly('tax_amounts unit_amount_decimal', TAX),
    }),
  ),
  memo: string(),
  metadata: metadata(),
  out_of_band_amount: integer(0),
  reason: choice('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: integer(0),
  ...loudly('refunds shipping_cost', TAX),
} satisfies Spec

export function addCreditNotes(account: Account, serve: Serve): void {
  const { state } = account
  const told = (note: CreditNote) => creditNoteBody(account, note)
  const noteAt = (id: string): CreditNote => {
    const note = state.credit_notes.get(id)
    if (note === undefined) throw missing('credit note', id, 'credit_note', 404)
    return note
  }
  const invoiceIn = (id: string): Invoice => {
    const invoice = state.invoices.get(id)
    if (invoice === undefined) throw missing('invoice', id, 'invoice')
    return invoice
  }
  const wishOf = (params: Parsed<typeof spec>) => {
    for (const [at, line] of (params.lines ?? []).entries())
      checkRates(account, line.tax_rates, `lines[${at}][tax_rates]`)
    return {
      ...params,
      lines: params.lines?.map((line) => ({ ...line, metadata: mergeMetadata({}, line.metadata) })),
      metadata: mergeMetadata({}, params.metadata),
    }
  }
  const linesOf = (path: string, note: CreditNote, params: Parsed<typeof PAGE_SPEC>) => {
    const rows = note.lines.map((line) => ({ ...line, created: note.created })).reverse()
    return page(path, 'credit note line item', rows, params, (line) => creditLineBody(account, line))
  }
  serve({
    name: 'credit_notes.create',
    route: 'POST /v1/credit_notes',
    spec,
    gives: 'credit_note',
    run: (params) => told(issue(account, invoiceIn(params.invoice), wishOf(params))),
  })
  serve({
    name: 'credit_notes.preview',
    route: 'GET /v1/credit_notes/preview',
    spec,
    gives: 'credit_note',
    run: (params) => told(draftNote(account, invoiceIn(params.invoice), wishOf(params))),
  })
  serve({
    name: 'credit_notes.preview_lines',
    route: 'GET /v1/credit_notes/preview/lines',
    spec: { ...spec, ...PAGE_SPEC },
    gives: 'credit_note_line_item',
    list: true,
    run(params) {
      const note = draftNote(account, invoiceIn(params.invoice), wishOf(params))
      return linesOf('/v1/credit_notes/preview/lines', note, params)
    },
  })
  serve({
    name: 'credit_notes.retrieve',
    route: 'GET /v1/credit_notes/:id',
    spec: {},
    gives: 'credit_note',
    run: (_, at) => told(noteAt(at('id'))),
  })
  serve({
    name: 'credit_notes.update',
    route: 'POST /v1/credit_notes/:id',
    spec: { memo: string(), metadata: metadata() },
    gives: 'credit_note',
    run(params, at) {
      const note = noteAt(at('id'))
      const before = told(note)
      note.memo = params.memo ?? note.memo
      note.metadata = mergeMetadata(note.metadata, params.metadata)
      emit(account, 'credit_note.updated', told(note), before)
      return told(note)
    },
  })
  serve({
    name: 'credit_notes.void',
    route: 'POST /v1/credit_notes/:id/void',
    spec: {},
    gives: 'credit_note',
    run(_, at) {
      const note = noteAt(at('id'))
      voidNote(account, note)
      return told(note)
    },
  })
  serve({
    name: 'credit_notes.list',
    route: 'GET /v1/credit_notes',
    spec: { ...LIST_SPEC, customer: string(), invoice: string(), ...loudly('customer_account', 'Connect') },
    gives: 'credit_note',
    list: true,
    run(params) {
      const rows = state.credit_notes
        .all()
        .filter(({ customer }) => params.customer === undefined || customer === params.customer)
        .filter(({ invoice }) => params.invoice === undefined || invoice === params.invoice)
      return page('/v1/credit_notes', 'credit note', rows, params, told)
    },
  })
  serve({
    name: 'credit_notes.list_lines',
    route: 'GET /v1/credit_notes/:id/lines',
    spec: PAGE_SPEC,
    gives: 'credit_note_line_item',
    list: true,
    run(params, at) {
      const note = noteAt(at('id'))
      return linesOf(`/v1/credit_notes/${note.id}/lines`, note, params)
    },
  })
}
