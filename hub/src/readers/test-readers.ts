import { type CreatedReader, paths } from '@postern/protocol'
import { createTestApi, type TestApi, testHost } from '../http/test-api.ts'

/** Readers behind the real server, and an administrator who sets them up. */
export type TestReaders = {
  api: TestApi
  /** The administrator's Authorization header. */
  admin: string
  /** As the administrator, unless another header is given. */
  send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    authorization?: string,
  ): Promise<{ status: number; body: unknown }>
  make(body: object): Promise<CreatedReader>
}

export async function createTestReaders(): Promise<TestReaders> {
  const api = await createTestApi()
  const admin = `Bearer ${await api.tokenOf('organization-administrator')}`
  const send: TestReaders['send'] = async (method, url, body, authorization = admin) => {
    const reply = await api.https.inject({
      method,
      url,
      headers: { host: testHost, authorization },
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: reply.statusCode, body: reply.body === '' ? null : (reply.json() as unknown) }
  }
  return {
    api,
    admin,
    send,
    async make(body) {
      const reply = await send('POST', paths.readers, body)
      if (reply.status !== 201) throw new Error(`a reader could not be made: ${JSON.stringify(reply.body)}`)
      return reply.body as CreatedReader
    },
  }
}
