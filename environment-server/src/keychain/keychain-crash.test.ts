import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isUnfinishedWrite } from '../home/atomic-file.ts'
import { Keychain } from './keychain.ts'

const kills = process.env['POSTERN_SOAK'] === '1' ? 100 : 2
const password = 'correct horse battery staple'

/** Writes ever higher numbers, and says each once it is saved; the password changes to and fro in between. */
const writer = `
import { Keychain } from ${JSON.stringify(new URL('keychain.ts', import.meta.url).href)}
const [path, password] = process.argv.slice(1)
const keychain = Keychain.open(path, password)
for (let number = Number(keychain.content.brokerToken ?? 0) + 1; ; number += 1) {
  keychain.update({ brokerToken: String(number) })
  process.stdout.write(number + '\\n')
  if (number % 40 === 0) keychain.changePassword(password, password)
}`

test('ES-10: killed at any instant of a write, a keychain opens with all that was said to be saved', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-keychain-'))
  const path = join(folder, 'keychain.json')
  try {
    Keychain.create(path, password)
    let saved = 0
    for (let kill = 0; kill < kills; kill += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer, path, password], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const closed = once(child, 'close')
      let said = ''
      const wanted = 5 + Math.floor(Math.random() * 45)
      child.stdout.on('data', (part: Buffer) => {
        said += part.toString()
        if (said.split('\n').length > wanted) child.kill('SIGKILL')
      })
      await closed
      const last = Number(said.split('\n').slice(0, -1).at(-1))
      expect(last).toBeGreaterThan(saved)
      // Only what a start clears away may lie beside it.
      expect(readdirSync(folder).filter((name) => name !== 'keychain.json' && !isUnfinishedWrite(name))).toEqual([])
      saved = Number(Keychain.open(path, password).content.brokerToken)
      expect(saved).toBeGreaterThanOrEqual(last)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
