import { Rehearsal } from '@postern/dev/environment-server'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start()
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

test('secrets are kept out of every log stream and the message, also in halves that meet in one line', async () => {
  const password = 'tr0ub4dor&3-secret'
  const token = 'execution-token-0123456789abcdef'
  const app = `import { appendFileSync, writeFileSync, readdirSync } from 'node:fs'
    const secret = ${JSON.stringify(password)}
    const top = '/execution/' + readdirSync('/execution')[0]
    console.log('stdout ' + secret); console.error('stderr ' + secret)
    console.log('base64 ' + Buffer.from('admin:' + secret).toString('base64'))
    console.log(JSON.stringify({ level: 'info', text: 'json ' + secret }))
    console.log('url ' + encodeURIComponent(secret)); console.log('token ${token}')
    appendFileSync(top + '/log/app.log', 'file ' + secret + '\\n')
    writeFileSync(top + '/out/message.tc', 'message ' + secret)
    process.stdout.write('halves ' + secret.slice(0, 9))
    setTimeout(() => { process.stdout.write(secret.slice(9) + ' end\\n') }, 800)`
  const executionId = await rehearsal.execute(app, {
    secrets: { parameters: { password }, secretNames: ['password'], token },
  })
  const texts = await rehearsal.logOf(executionId)
  const { result } = await rehearsal.resultOf(executionId)
  expect(texts).toEqual(
    expect.arrayContaining([
      'stdout [secret]',
      'stderr [secret]',
      'json [secret]',
      'url [secret]',
      'token [secret]',
      'file [secret]',
      'halves [secret] end',
    ]),
  )
  expect(result.message).toBe('message [secret]')
  const everything = texts.join('\n') + JSON.stringify(result) + rehearsal.server.text
  for (const leaked of [
    password,
    encodeURIComponent(password),
    token,
    Buffer.from(password).toString('base64').slice(4, 16),
  ]) {
    expect(everything).not.toContain(leaked)
  }
})

test('D9: the journal holds no secret in the clear', async () => {
  const password = 'never-in-the-journal-42'
  const executionId = await rehearsal.execute('setInterval(() => {}, 1000); console.log("up")', {
    secrets: { parameters: { password }, secretNames: ['password'], token: 'never-in-the-journal-43' },
  })
  await rehearsal.running(executionId)
  const hidden = join(rehearsal.server.home, '.postern-envsvr')
  const files = readdirSync(hidden).filter((name) => name.startsWith('journal.sqlite'))
  const journal = Buffer.concat(files.map((name) => readFileSync(join(hidden, name))))
  expect(journal.includes(executionId)).toBe(true)
  expect(journal.includes('never-in-the-journal')).toBe(false)
})
