import { Table, Tables } from '../tables.ts'
import type {
  Account,
  Bucket,
  Call,
  CallDue,
  Channel,
  Content,
  Delivery,
  Due,
  Key,
  Media,
  Message,
  OptOut,
  PhoneNumber,
  RateLimit,
  Recipient,
  Sender,
  Service,
  Sticky,
  Uses,
  Verification,
  VerifyService,
  Window,
} from './state.ts'

/** Everything Twilio knows of an account. */
export class Store extends Tables {
  readonly accounts: Table<Account> = new Table()
  readonly keys: Table<Key> = new Table()
  readonly numbers: Table<PhoneNumber> = new Table(({ phone_number, service }) => [
    phone_number,
    ...(service === null ? [] : [`in ${service}`]),
  ])
  readonly services: Table<Service> = new Table()
  readonly messages: Table<Message> = new Table()
  readonly due: Table<Due> = new Table()
  readonly media: Table<Media> = new Table(({ message }) => [message])
  readonly senders: Table<Sender> = new Table()
  readonly recipients: Table<Recipient> = new Table()
  readonly opt_outs: Table<OptOut> = new Table()
  readonly calls: Table<Call> = new Table()
  readonly call_due: Table<CallDue> = new Table()
  readonly windows: Table<Window> = new Table()
  readonly channels: Table<Channel> = new Table()
  readonly contents: Table<Content> = new Table()
  readonly sticky: Table<Sticky> = new Table()
  readonly verify_services: Table<VerifyService> = new Table()
  readonly rate_limits: Table<RateLimit> = new Table(({ service, unique_name }) => [
    service,
    `${service} ${unique_name}`,
  ])
  readonly buckets: Table<Bucket> = new Table(({ limit }) => [limit])
  readonly uses: Table<Uses> = new Table()
  readonly verifications: Table<Verification> = new Table(({ service, to }) => [`${service} ${to}`])
  readonly deliveries: Table<Delivery> = new Table()

  constructor() {
    super('twilio')
  }
}
