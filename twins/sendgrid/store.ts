import { Table, Tables } from '../tables.ts'
import type {
  Batch,
  Contact,
  CustomField,
  Delivery,
  Domain,
  Due,
  Group,
  Job,
  Key,
  Left,
  List,
  Message,
  ParseSetting,
  Sender,
  SingleSend,
  Stats,
  Suppressed,
  Template,
  Uses,
  Version,
  Webhook,
} from './state.ts'

export const keyOf = ({ id, nth }: Message): string => `${id}/${nth}`

/** Everything SendGrid knows of an account. */
export class Store extends Tables {
  readonly messages: Table<Message> = new Table<Message>(
    ({ to, batch_id }) => [`to ${to.toLowerCase()}`, ...(batch_id === null ? [] : [`batch ${batch_id}`])],
    keyOf,
  )
  readonly due: Table<Due> = new Table()
  readonly bounces: Table<Suppressed> = new Table()
  readonly blocks: Table<Suppressed> = new Table()
  readonly spam_reports: Table<Suppressed> = new Table()
  readonly unsubscribes: Table<Suppressed> = new Table()
  readonly invalid_emails: Table<Suppressed> = new Table()
  readonly groups: Table<Group> = new Table()
  readonly left: Table<Left> = new Table(({ group, email }) => [`in ${group}`, email])
  readonly templates: Table<Template> = new Table()
  readonly versions: Table<Version> = new Table(({ template }) => [template])
  readonly batches: Table<Batch> = new Table()
  readonly keys: Table<Key> = new Table(({ key }) => [key])
  readonly senders: Table<Sender> = new Table(({ from_email }) => [from_email.toLowerCase()])
  readonly webhooks: Table<Webhook> = new Table()
  readonly stats: Table<Stats> = new Table()
  readonly lists: Table<List> = new Table()
  readonly contacts: Table<Contact> = new Table(({ email, lists }) => [email, ...lists.map((id) => `in ${id}`)])
  readonly jobs: Table<Job> = new Table()
  readonly single_sends: Table<SingleSend> = new Table()
  readonly parse_settings: Table<ParseSetting> = new Table()
  readonly custom_fields: Table<CustomField> = new Table(({ name }) => [name.toLowerCase()])
  /** Domains whose records stand in the DNS. */
  readonly published: Table<{ readonly id: string }> = new Table()
  readonly domains: Table<Domain> = new Table(({ domain }) => [domain.toLowerCase()])
  readonly uses: Table<Uses> = new Table()
  readonly deliveries: Table<Delivery> = new Table()

  constructor() {
    super('sendgrid')
  }
}
