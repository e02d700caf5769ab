import type { SealedParameters } from '@postern/protocol'

/** Names that look secret, for a hub that does not say which parameters are. */
const looksSecret = /pass|secret|token|api_?key|private|credential|access_id/i

/** Every secret text of a job: the execution's token, and the values of its secret parameters. */
export function secretsOf({ parameters, token, secretNames }: SealedParameters): string[] {
  const secrets = [token]
  for (const [name, value] of Object.entries(parameters)) {
    if (secretNames ? !secretNames.includes(name) : !looksSecret.test(name)) continue
    if (typeof value === 'string' || typeof value === 'number') secrets.push(String(value))
    if (!Array.isArray(value)) continue
    for (const item of value) secrets.push(typeof item === 'string' ? item : item.value)
  }
  return secrets
}
