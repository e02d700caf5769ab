import { ensureJob, ensureOwner, findApp, type HubTarget, installPackage } from '@postern/cli'
import { appOf, SigningKey } from '@postern/dev/fake-hub'
import { type Language, languageApp, mainOf } from '@postern/dev/language-apps'
import type { App, Environment, Job, ParameterValue } from '@postern/protocol'

/** A kind of app whose least is measured, with a job that runs it. */
export type ProbeApp = { kind: string; app: App; job: Job }

const languages: { kind: string; language: Language }[] = [
  { kind: 'Node app without work', language: 'NODE' },
  { kind: 'Python app without work', language: 'PYTHON' },
  { kind: 'Java app without work', language: 'JAVA' },
]

/** One of each language, and the feed that is shipped, which fetches from `source`. */
export async function installProbeApps(
  target: HubTarget,
  environment: Environment,
  source: { url: string; fingerprint: string },
): Promise<ProbeApp[]> {
  const { name: owner } = await ensureOwner(target, 'Measured')
  const probe = async (kind: string, app: App, parameters: Record<string, ParameterValue>): Promise<ProbeApp> => {
    const job = await ensureJob(target, app, environment, { name: kind, owner, parameters })
    return { kind, app, job }
  }
  const probes: ProbeApp[] = []
  for (const { kind, language } of languages) probes.push(await probe(kind, await idleApp(target, language), {}))
  const feed = { events: source.url, fingerprint: source.fingerprint }
  probes.push(await probe('MISP feed (shipped)', await findApp(target, 'misp_feed'), feed))
  return probes
}

async function idleApp(target: HubTarget, language: Language): Promise<App> {
  const manifest = { programLanguage: language, programMain: mainOf('idle', language) }
  const files = { ...languageApp('idle', language), 'postern.json': JSON.stringify({ kind: 'action' }) }
  // Who may open the hub's local socket vouches for the bytes.
  const { bytes } = await appOf(`idle_${language.toLowerCase()}_v1`, manifest, files, new SigningKey())
  return await installPackage(target, bytes)
}
