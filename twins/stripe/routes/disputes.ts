import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { checkOpen, closeDispute, decideByEvidence, submit } from '../disputes.ts'
import { missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap } from '../gaps.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, emptyable, flag, mergeMetadata, metadata, object, type Spec, string, unmodelled } from '../params.ts'
import type { Dispute } from '../state.ts'
import { EVIDENCE_FILES, EVIDENCE_TEXTS } from '../wire.ts'

const evidence = object<Spec>({
  ...Object.fromEntries(EVIDENCE_TEXTS.map((name) => [name, emptyable(string(20_000))])),
  ...Object.fromEntries(EVIDENCE_FILES.map((name) => [name, unmodelled(() => gap('files'))])),
  appeal: unmodelled(() => gap('dispute appeals and Smart Disputes')),
  enhanced_evidence: unmodelled(() => gap('dispute appeals and Smart Disputes')),
})

export function addDisputes(account: Account, serve: Serve): void {
  const { state } = account
  const disputeAt = (id: string): Dispute => {
    const dispute = state.disputes.get(id)
    if (dispute === undefined) throw missing('dispute', id, 'dispute', 404)
    return dispute
  }
  serve({
    name: 'disputes.retrieve',
    route: 'GET /v1/disputes/:id',
    spec: {},
    gives: 'dispute',
    run: (_, at) => account.disputeBody(disputeAt(at('id'))),
  })
  serve({
    name: 'disputes.update',
    route: 'POST /v1/disputes/:id',
    spec: {
      evidence,
      intended_submission_method: choice('manual', 'prefer_manual'),
      metadata: metadata(),
      submit: flag(),
    },
    gives: 'dispute',
    run(params, at) {
      const dispute = disputeAt(at('id'))
      const merged = mergeMetadata(dispute.metadata, params.metadata)
      const before = account.disputeBody(dispute)
      if (params.evidence !== undefined) {
        checkOpen(dispute)
        // By default evidence is submitted: https://docs.stripe.com/api/disputes/update (2026-11-24).
        if (params.submit ?? true) submit(account, dispute)
        const given = Object.entries({ ...dispute.evidence, ...params.evidence })
        dispute.evidence = Object.fromEntries(
          given.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
        )
        decideByEvidence(account, dispute)
      }
      dispute.metadata = merged
      dispute.intended_submission_method = params.intended_submission_method ?? dispute.intended_submission_method
      emit(account, 'charge.dispute.updated', account.disputeBody(dispute), before)
      return account.disputeBody(dispute)
    },
  })
  serve({
    name: 'disputes.close',
    route: 'POST /v1/disputes/:id/close',
    spec: {},
    gives: 'dispute',
    run(_, at) {
      const dispute = disputeAt(at('id'))
      checkOpen(dispute)
      closeDispute(account, dispute, 'lost')
      return account.disputeBody(dispute)
    },
  })
  serve({
    name: 'disputes.list',
    route: 'GET /v1/disputes',
    spec: { ...LIST_SPEC, charge: string(), payment_intent: string() },
    gives: 'dispute',
    list: true,
    run(params) {
      const wanted = state.disputes
        .all()
        .filter(({ charge }) => params.charge === undefined || charge === params.charge)
        .filter(({ payment_intent }) => params.payment_intent === undefined || payment_intent === params.payment_intent)
      return page('/v1/disputes', 'dispute', wanted, params, account.disputeBody)
    },
  })
}
