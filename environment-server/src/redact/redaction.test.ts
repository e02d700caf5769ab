import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { limits } from '@postern/protocol'
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
  // What is kept for days (ES-9) is the log without them.
  const kept = join(rehearsal.server.home, '.postern-envsvr/exchange/jobs', executionId, '1')
  expect(readdirSync(kept, { recursive: true }).map(String).toSorted()).toEqual(['log', 'log/app.log', 'out'])
  expect(readFileSync(join(kept, 'log/app.log'), 'utf8')).toBe('file [secret]\n')
})

test('a secret that begins before the kept tail of the exit message is not kept in part', async () => {
  const password = 'first-half-and-second-half'
  const app = `import { writeFileSync, readdirSync } from 'node:fs'
    const top = '/execution/' + readdirSync('/execution')[0]
    writeFileSync(top + '/out/message.tc', ${JSON.stringify(password)} + '.'.repeat(${limits.exitMessageCharactersMax - 11}))`
  const executionId = await rehearsal.execute(app, {
    secrets: { parameters: { password }, secretNames: ['password'], token: 'execution-token-0123456789abcdef' },
  })
  const { message } = (await rehearsal.resultOf(executionId)).result
  expect(message).toMatch(/^(\[secret\])?\.+$/)
})

test('an app that was interrupted by the end of its server leaves no secret on disk', async () => {
  const password = 'left-behind-in-a-file'
  const app = `import { appendFileSync, writeFileSync, readdirSync } from 'node:fs'
    const top = '/execution/' + readdirSync('/execution')[0]
    appendFileSync(top + '/log/app.log', ${JSON.stringify(password)})
    writeFileSync('/tmp/scratch', ${JSON.stringify(password)})
    console.log('written'); setInterval(() => {}, 1000)`
  const executionId = await rehearsal.execute(app, {
    secrets: { parameters: { password }, secretNames: ['password'], token: 'execution-token-0123456789abcdef' },
  })
  const jobs = join(rehearsal.server.home, '.postern-envsvr/exchange/jobs')
  const holds = (path: string) => {
    try {
      return readFileSync(path, 'utf8').includes(password)
    } catch (error) {
      // Executions before this one are being cleared up.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }
  const holding = () =>
    readdirSync(jobs, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && holds(join(entry.parentPath, entry.name)),
    )
  await waitFor(() => holding().length === 2, 'the app to write')
  await rehearsal.server.kill()
  await rehearsal.server.startConnected()
  expect((await rehearsal.resultOf(executionId)).result.outcome).toBe('interrupted')
  expect(holding()).toEqual([])
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
