/** An answer of a vendor that says no; for vendors that we talk to without a client of theirs. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Headers
  constructor(vendor: string, response: Response) {
    super(`${vendor} answered ${response.status}`)
    this.status = response.status
    this.headers = response.headers
  }
}
