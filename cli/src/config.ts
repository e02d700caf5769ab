import { resolve } from 'node:path'

export type CliConfig = {
  dataFolder: string
  url: string | undefined
  token: string | undefined
  caFile: string | undefined
  /** CAs of one's own, beside the public roots (ES-17). */
  caFolder: string | undefined
}

/** The environment variables that the command itself reads; the hub's own stand in hub/src/config.ts. */
export function readCliConfig(): CliConfig {
  return {
    dataFolder: resolve(setting('POSTERN_DATA_DIR') ?? '.postern'),
    url: setting('POSTERN_URL'),
    token: setting('POSTERN_TOKEN'),
    caFile: setting('POSTERN_CA_FILE'),
    caFolder: setting('POSTERN_CA_FOLDER'),
  }
}

function setting(name: string): string | undefined {
  const value = process.env[name]
  return value === '' ? undefined : value
}

/** What a child process gets: our environment, with the data folder settled. */
export function childEnvironment(dataFolder: string): NodeJS.ProcessEnv {
  return { ...process.env, POSTERN_DATA_DIR: dataFolder }
}
