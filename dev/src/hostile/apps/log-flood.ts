import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { given } from './given.ts'

/** Floods every way by which an app can be heard: many lines, one line without end, its own log file. */
const { tc_log_path: log = '', api_key: secret = '' } = given()
const short = `${secret} ${'x'.repeat(80)}\n`.repeat(1_000)

console.log('tried flood its output, errors and log file: begun')
for (let n = 0; n < 256; n += 1) {
  writeAll(1, short)
  writeAll(2, short)
}
for (let n = 0; n < 512; n += 1) writeAll(1, 'y'.repeat(64 * 1024))
writeAll(1, '\n')
const file = openSync(join(log, 'app.log'), 'a')
for (let n = 0; n < 256; n += 1) writeAll(file, short)
closeSync(file)

/** A pipe may take a part, or nothing for now. */
function writeAll(file: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(file, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
