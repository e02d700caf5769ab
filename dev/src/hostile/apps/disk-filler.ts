import { ftruncateSync, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { given } from './given.ts'
import { tried } from './tried.ts'

/** Fills the disk: by one file, by a file of nothing, and by many; `way` says which of the many. */
const { tc_temp_path: temp = '', tc_out_path: out = '', tc_log_path: log = '', way = '' } = given()
const block = Buffer.alloc(4 * 1024 * 1024, 1)
process.on('SIGXFSZ', () => {})

const large = openSync(join(temp, 'large'), 'w')
// Its end alone: all the bytes up to the limit could be seen, and end the app, before it has tried anything.
await tried('one file larger than the limit', () => writeSync(large, block, 0, block.length, 99 * block.length))
ftruncateSync(large)
await tried('a file of nothing, of 1 TB', () => ftruncateSync(openSync(join(out, 'sparse'), 'w'), 1024 ** 4))
console.log(`tried many files, ${way}: begun`)
for (let n = 0; ; n += 1) {
  const folder = [temp, out, log][n % 3] ?? temp
  if (way === 'tiny') for (let m = 0; m < 500; m += 1) writeFileSync(join(folder, `${n}-${m}`), '')
  else {
    const path = join(folder, `block-${n}`)
    const file = openSync(path, 'w')
    if (way === 'deleted') unlinkSync(path)
    writeSync(file, block)
    // Slow enough that the log above comes out, fast enough for any disk.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
