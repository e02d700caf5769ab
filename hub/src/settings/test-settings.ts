import type { Settings } from './settings.ts'

/** The names of a hub, for tests that read them and have no hub. */
export const testSettings: Pick<Settings, 'publicNames'> = {
  publicNames: async () => ({
    apiURL: 'https://hub.example.org:8443',
    brokerHost: 'hub.example.org',
    brokerPort: 62_000,
    onlyLocalNames: false,
  }),
}
