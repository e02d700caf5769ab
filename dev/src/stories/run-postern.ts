import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { checkoutFolder } from '@postern/cli'

export type Said = { code: number; out: string[]; err: string }

/** Runs the command line on a data folder, as a person at a shell does. */
export function runPostern(dataFolder: string, ...words: string[]): Promise<Said> {
  const main = join(checkoutFolder, 'cli/src/main.ts')
  const env = { ...process.env, POSTERN_DATA_DIR: dataFolder, POSTERN_URL: undefined }
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { env }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : Number(error.code ?? 1),
        out: stdout.split('\n').filter((line) => line !== ''),
        err: stderr.trim(),
      })
    })
  })
}
