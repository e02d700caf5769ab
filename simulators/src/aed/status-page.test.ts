import { hash } from 'node:crypto'

import { expect, test } from 'vitest'

import { addressIndicators, rehearse } from './testing/rehearsal-client.ts'

test('the status page shows what is held and asked without a login, runs nothing, and shows no secret', async () => {
  await using rehearsal = await rehearse({
    collections: ['Postern', '<script>alert(1)</script> & "co"'],
    dialects: ['slow-status'],
    faults: [{ on: 'rest-clients', fault: 'error-503' }],
  })
  await rehearsal.client.post(await rehearsal.client.objectsPath('Postern'), addressIndicators(1_234))
  await rehearsal.client.rest("/nothing/%3Cimg%20src=x'/")
  const page = await rehearsal.client.send('/')
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.text).toContain('1,234')
  expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;')
  expect(page.text).not.toMatch(/<script|<img|javascript:/i)
  expect(page.text).toContain('pendingPolls = 5')
  expect(page.text).toContain('rest-clients: error-503')
  expect(page.text).toContain('taxii-post')
  for (const secret of ['apiToken', 'stixPassword', 'stixUsername'] as const) {
    expect(page.text).not.toContain(rehearsal.aed.identity[secret])
  }
  const [, style = ''] = /<style>([^]*)<\/style>/.exec(page.text) ?? []
  expect(page.headers['content-security-policy']).toContain(
    `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  )
})

test('the status page shows the last 50 requests', async () => {
  await using rehearsal = await rehearse()
  for (let index = 0; index < 55; index += 1) await rehearsal.client.send(`/seen-${index}`)
  const page = await rehearsal.client.send('/')
  expect(page.text.match(/<time datetime="[^"]*">[^<]*<\/time><\/td>/g)).toHaveLength(50)
  expect(page.text).toContain('/seen-54')
  expect(page.text).not.toContain('/seen-4<')
})
