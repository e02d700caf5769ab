import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { selfSigned } from './self-signed.ts'

/** A system outside, over TLS on loopback, for tests of apps. */
export interface SourceDouble extends AsyncDisposable {
  readonly url: string
  /** SHA-256 of its certificate, to pin. */
  readonly fingerprint: string
  readonly certificatePem: string
  /** Headers of every request, newest last. */
  readonly requests: readonly IncomingMessage[]
}

/** Starts a server that answers as `answer` does. */
export async function startSourceDouble(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<SourceDouble> {
  const { certificatePem, privateKeyPem, fingerprint } = selfSigned()
  const requests: IncomingMessage[] = []
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fingerprint,
    certificatePem,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
