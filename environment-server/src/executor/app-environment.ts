import { launch } from '@postern/protocol'
import { join } from 'node:path'
import { certificateFiles } from '../certificates/app-certificates.ts'
import type { GuardPort } from '../egress/egress-guard.ts'
import { nodeOptions } from '../egress/node-way-out.ts'
import type { AppRuntime } from '../runtimes/choose-runtime.ts'
import type { SeenPaths } from '../sandbox/confinement.ts'
import { proxyEnvironment } from './proxy-parameters.ts'

/**
 * The whole environment of an app: nothing of the server's own is in it. Where certificates of the company lie, and the way out, each
 * language is told by what it reads anyway (D38), so that no interpreter is changed and none is wrapped.
 */
export function appEnvironment({
  seen,
  runtime,
  parameterKey,
  guardPort,
  hasSiteProxy,
  memoryBytesMax,
}: {
  seen: SeenPaths
  runtime: AppRuntime
  parameterKey: string
  guardPort: GuardPort | undefined
  /** Whether calls leave by a proxy of the site, so that those of a plain `fetch` have to go by the guard. */
  hasSiteProxy: boolean
  memoryBytesMax: number
}): Record<string, string> {
  return {
    PATH: seen.searchPath,
    HOME: seen.folders.temp,
    TMPDIR: seen.folders.temp,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    [launch.parameterFileVariable]: join(seen.folders.in, launch.parameterFile),
    [launch.parameterKeyVariable]: parameterKey,
    [launch.caFileVariable]: join(seen.certificatesFolder, certificateFiles.extra),
    [launch.egressSocketVariable]: seen.egressSocket,
    ...proxyEnvironment(guardPort),
    ...(runtime.language !== 'NODE' && bundleEnvironment(join(seen.certificatesFolder, certificateFiles.bundle))),
    // Node's own clients look at the proxy's variables only when told to, and then load a second HTTP client at the start.
    ...(runtime.language === 'NODE' && (hasSiteProxy ? { NODE_USE_ENV_PROXY: '1' } : nodeOptions(seen.folders.in))),
    // A log that comes when the app ends is of no use while it runs; the app's folder is read-only.
    ...(runtime.language === 'PYTHON' && { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' }),
    ...(runtime.language === 'JAVA' && { JAVA_TOOL_OPTIONS: javaOptions(seen, guardPort, memoryBytesMax) }),
  }
}

/** OpenSSL and with it Python's ssl; requests; curl. */
function bundleEnvironment(bundle: string): Record<string, string> {
  return { SSL_CERT_FILE: bundle, REQUESTS_CA_BUNDLE: bundle, CURL_CA_BUNDLE: bundle }
}

/** Java reads neither the variables for certificates nor those for proxies. */
function javaOptions(
  { certificatesFolder, folders }: SeenPaths,
  guardPort: GuardPort | undefined,
  memoryBytesMax: number,
): string {
  const properties: Record<string, string> = {
    'javax.net.ssl.trustStore': join(certificatesFolder, certificateFiles.trustStore),
    'javax.net.ssl.trustStoreType': 'PKCS12',
    'java.io.tmpdir': folders.temp,
    // Where nobody but the guard is on the loopback, everything goes by it. Java has no word for a proxy's password.
    ...(guardPort && !guardPort.credentials && proxyProperties(guardPort)),
  }
  const options = Object.entries(properties).map(([name, value]) => `"-D${name}=${value}"`)
  // A JVM takes what the machine has, unless it is told how much of it is the app's.
  const memory = ['-XX:+IgnoreUnrecognizedVMOptions', `-XX:MaxRAM=${memoryBytesMax}`, '-XX:MaxRAMPercentage=50']
  return [...options, ...memory].join(' ')
}

function proxyProperties({ host, port }: GuardPort): Record<string, string> {
  return {
    'https.proxyHost': host,
    'https.proxyPort': String(port),
    'http.proxyHost': host,
    'http.proxyPort': String(port),
    // By default Java goes past the proxy to the loopback, on which there is nothing.
    'http.nonProxyHosts': '',
  }
}
