import { createHash, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { patienceMs } from '../environment-server/wait-for.ts'

/** The one without a user interface works half as much for the same pages. */
const programs = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** No window, no first-run pages, and no request that a test did not ask for. */
const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts the machine's own Chromium.
 * @param caCertificate PEM of the hub's CA. The browser accepts what this key signed, and no other unknown certificate; for
 * anything else a page stays what it is for everybody: refused.
 */
export async function launchChromium(caCertificate?: string): Promise<Browser> {
  const trust =
    caCertificate === undefined ? [] : [`--ignore-certificate-errors-spki-list=${spkiDigest(caCertificate)}`]
  return await chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [...quietly, ...trust],
    timeout: patienceMs,
  })
}

function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const program of programs) {
    const folder = folders.find((candidate) => existsSync(join(candidate, program)))
    if (folder !== undefined) return join(folder, program)
  }
  throw new Error(
    `The browser tests need Chromium, and none of ${programs.join(', ')} is in PATH. On Debian: apt-get install chromium-headless-shell`,
  )
}

function spkiDigest(certificate: string): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64')
}
