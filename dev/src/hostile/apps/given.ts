import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'

// oxlint-disable-next-line node/no-process-env -- an app is told by its environment where its parameters are.
const environment = process.env

/** Where the app's egress guard listens. */
export const guardSocket = environment['POSTERN_EGRESS_SOCKET'] ?? ''

/** The app's parameters, decrypted as every app does it: by the key and the file that its environment names (T12). */
export function given(): Record<string, string> {
  const { TC_APP_PARAM_FILE: file = '', TC_APP_PARAM_KEY: key = '' } = environment
  const decipher = createDecipheriv('aes-128-cbc', Buffer.from(key), Buffer.alloc(16))
  const text = Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]).toString()
  return JSON.parse(text) as Record<string, string>
}
