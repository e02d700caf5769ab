import { mkdirSync, readFileSync, existsSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'

import * as z from 'zod'

import { applianceCertificate } from '../http/certificate.ts'
import { listenOnLoopback, sendAnswer } from '../http/loopback-server.ts'
import type { Answer } from '../http/router.ts'
import { writePrivately } from '../state/private-file.ts'
import { readEventFiles } from './event-files.ts'

/** `misp-feed.json` in the state folder: where the feed is and which certificate to expect. */
export const MispFeedIdentity = z.object({
  url: z.string(),
  port: z.int(),
  fingerprintSha256: z.string(),
  pid: z.int(),
})
export type MispFeedIdentity = z.infer<typeof MispFeedIdentity>

/** A running rehearsal MISP feed. `await using` stops it. */
export interface MispFeed extends AsyncDisposable {
  readonly identity: MispFeedIdentity
}

export interface MispFeedOptions {
  readonly stateDir: string
  /** Folder of event files, read at every request. */
  readonly eventsDir: string
  readonly port?: number
}

/** Serves a folder of MISP events over HTTPS on 127.0.0.1, in the layout of a MISP feed: a manifest and a file per event. */
export async function startMispFeed({ stateDir, eventsDir, port }: MispFeedOptions): Promise<MispFeed> {
  const state = resolve(stateDir)
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const certificate = await applianceCertificate(state, 'misp-feed-rehearsal')
  const ports = port === undefined ? [...rememberedPort(state), 0] : [port]
  const listening = await listenOnLoopback(certificate, ports, (request, response) =>
    sendAnswer(request, response, answer(request, eventsDir)),
  )
  const identity = {
    url: `https://127.0.0.1:${listening.port}/`,
    port: listening.port,
    fingerprintSha256: certificate.fingerprintSha256,
    pid: process.pid,
  }
  writePrivately(join(state, 'misp-feed.json'), `${JSON.stringify(identity, null, 2)}\n`)
  return {
    identity,
    [Symbol.asyncDispose]: async () => {
      listening.server.closeAllConnections()
      await new Promise((done) => listening.server.close(done))
    },
  }
}

function answer(request: IncomingMessage, eventsDir: string): Answer {
  if (request.method !== 'GET') return problem(405, 'This feed is only read.')
  const name = /^\/([0-9a-fA-F-]{36}|manifest)\.json$/.exec(request.url ?? '')?.[1]
  if (name === undefined) return problem(404, 'A feed holds manifest.json and a file per event.')
  try {
    const files = readEventFiles(eventsDir)
    const body = name === 'manifest' ? JSON.stringify(files.manifest) : files.read(name)
    return body === undefined ? problem(404, 'There is no such event.') : json(200, body)
  } catch (error) {
    return problem(500, error instanceof Error ? error.message : 'The events cannot be read.')
  }
}

function json(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body }
}

function problem(status: number, message: string): Answer {
  return json(status, JSON.stringify({ message }))
}

/** What was configured with the last run's address finds the feed again. */
function rememberedPort(state: string): number[] {
  const file = join(state, 'misp-feed.json')
  if (!existsSync(file)) return []
  return [MispFeedIdentity.parse(JSON.parse(readFileSync(file, 'utf8'))).port]
}
